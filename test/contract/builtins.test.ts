/** Every built-in plugin keeps the contract, as it is built and in the sandbox it runs in. */
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUILTIN_ADAPTERS, BUILTIN_CONNECTORS } from '../../host/registry/builtin-names.ts';
import { loadBuiltins } from '../../host/registry/builtins.ts';
import { scanPlugin } from '../../host/registry/scan.ts';
import { bundleFolder } from '../../host/sandbox/bundle.ts';
import { checkContract } from '../../host/wiring/contract-plugin.ts';
import { useSandbox } from '../host/sandbox/fixture.ts';
import { builtinFiles, builtinSource } from '../plugins/connectors/confined-connector.ts';
import { ROOT } from '../support/home.ts';
import { BUILTIN_FIXTURES } from './builtin-fixtures.ts';

const { sandbox } = useSandbox();

/** What a plugin of this kind has nothing to be tried with. */
const NOT_APPLICABLE: Readonly<Record<string, readonly string[]>> = {
  telegram: ['stop', 'literals'],
  whatsapp_twilio: ['start', 'stop', 'literals'],
  webchat: ['start', 'rate_limit', 'unavailable', 'health', 'stop', 'literals', 'secrets'],
};

describe.each(Object.values(BUILTIN_ADAPTERS))('%s', (id) => {
  it('keeps every rule of the contract', async () => {
    const builtins = await loadBuiltins(path.join(ROOT, 'dist/plugins/channels'));
    const source = await scanPlugin(path.join(ROOT, 'store/channels', id), { builtins, bundle: bundleFolder });
    const fixtures = BUILTIN_FIXTURES[id]?.();
    const report = await checkContract({ sandbox: sandbox() }, { source, files: new Map(), fixtures });
    expect(report.checks.filter(({ status }) => status === 'failed' || status === 'not_tried')).toEqual([]);
    expect(report.checks.filter(({ status }) => status === 'not_applicable').map((check) => check.id)).toEqual(NOT_APPLICABLE[id]);
    // The deployment guide's own manifests have the old form of adapter_class; nothing else is missing.
    expect(report.missing.filter((what) => !what.includes('old form of adapter_class'))).toEqual([]);
  }, 180_000);
});

/** Reading needs neither an account nor, of these, a required field. */
const CONNECTOR_NOT_APPLICABLE: Readonly<Record<string, readonly string[]>> = {
  web_fetch: ['config', 'secrets'],
  rss: ['config', 'secrets'],
  web_search: ['config'],
  slack: [],
  http: [],
  email_smtp: ['upstream_error', 'timeout'],
};

describe.each(Object.values(BUILTIN_CONNECTORS))('%s', (id) => {
  it('keeps every rule of the contract, at the highest level', async () => {
    const report = await checkContract({ sandbox: sandbox() }, { source: builtinSource(id), files: builtinFiles(id) });
    expect(report.checks.filter(({ status }) => status === 'failed' || status === 'not_tried')).toEqual([]);
    expect(report.checks.filter(({ status }) => status === 'not_applicable').map((check) => check.id)).toEqual(
      CONNECTOR_NOT_APPLICABLE[id],
    );
    expect(report).toMatchObject({ level: 'complete', missing: [], load_problem: null });
  }, 180_000);
});
