import type { Manifest } from '../../../schemas/manifest.ts';
import { type ContractCheck, notTried, problem, verdictOf } from '../contract-check.ts';
import { trySend } from '../sending.ts';

/** What one message between host and plugin may hold, with room for the rest of it. */
const LONGEST = 100_000;

/** The longest text of the manifest's unit: what takes two units for one character stands at its end. */
const longestText = ({ max, unit = 'utf16' }: NonNullable<NonNullable<Manifest['limits']>['text']>): string => {
  const length = Math.min(max, LONGEST);
  const cost = unit === 'codepoints' ? 1 : unit === 'bytes' ? 4 : 2;
  return length > cost ? `${'m'.repeat(length - cost)}😀` : 'm'.repeat(length);
};

const isChange = ({ method }: { method: string }): boolean => method !== 'GET' && method !== 'HEAD';

export const onePart: ContractCheck = {
  id: 'splitting',
  sentence: '`send` makes one platform message of one part, and takes a text as long as limits.text says.',
  fix: 'Leave splitting to the host: name the platform’s limit in limits.text, and make one request for one `send`.',
  async run(bench) {
    const limit = bench.manifest.limits?.text;
    if (limit === undefined) return notTried('limits.text does not say how long a text may be.');
    const { receipt, problems, requests } = await trySend(bench, longestText(limit), 'for a text at the limit');
    if (requests.filter(isChange).length > 1)
      problems.push(problem(`One send made ${requests.filter(isChange).length} requests that change something.`));
    if (requests.length > 0 && bench.fixtures.answers === null && problems.length === 0) {
      return notTried('There is no fixtures/answers.json that says what the service answers when all is well.');
    }
    if (receipt?.status === 'failed') problems.push(problem(`A text at the limit was not sent: ${receipt.code}: ${receipt.reason}`));
    return verdictOf(problems);
  },
};
