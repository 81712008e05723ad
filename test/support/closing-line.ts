/** Ends a run with one plain line: `N passed, N failed`. */
import type { Reporter, TestCase, TestModule } from 'vitest/node';

class ClosingLine implements Reporter {
  private passed = 0;
  private failed = 0;

  onTestCaseResult(test: TestCase): void {
    const { state } = test.result();
    if (state === 'passed') this.passed++;
    else if (state === 'failed') this.failed++;
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    // A file that could not be loaded has no tests to fail, but it has failed.
    const broken = modules.filter(
      (module) => !module.ok() && [...module.children.allTests()].every((test) => test.result().state !== 'failed'),
    ).length;
    process.stdout.write(`\n${this.passed} passed, ${this.failed + broken + errors.length} failed\n`);
  }
}

// Vitest takes a reporter's default export.
// biome-ignore lint/style/noDefaultExport: the test runner asks for it
export default ClosingLine;
