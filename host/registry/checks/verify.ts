import type { Manifest, Verify } from '../../../schemas/manifest.ts';
import { type Check, error, type Finding, warning } from './check.ts';
import { secretProblem } from './secret-field.ts';

const POINTER = '/webhook/verify';
const OPTIONS_OF: Partial<Record<Verify['scheme'], readonly (keyof Verify)[]>> = {
  hmac: ['header', 'algorithm', 'encoding', 'prefix', 'template', 'timestamp_header', 'tolerance_seconds'],
  bearer: ['header', 'prefix'],
  slack_v0: ['tolerance_seconds'],
  discord_ed25519: ['tolerance_seconds'],
  standard_webhooks: ['tolerance_seconds'],
};

const checkSecret = (manifest: Manifest, { scheme, secret }: Verify): Finding[] => {
  if (scheme === 'none') return [];
  if (secret === undefined) {
    return [error(POINTER, `The scheme "${scheme}" needs a secret.`, 'Add "secret": the name of a secret field of configuration_schema.')];
  }
  // Discord's key is public: it proves, and gives nothing away.
  const problem = secretProblem(manifest, secret, { may_be_public: scheme === 'discord_ed25519' });
  if (problem !== null) return [error(`${POINTER}/secret`, problem.message, problem.hint)];
  const field = manifest.configuration_schema?.[secret];
  if (field?.required === true || field?.generate !== undefined) return [];
  return [
    warning(
      `${POINTER}/secret`,
      `Without a value of "${secret}" the channel does not start, and the field is not required.`,
      `Add "required": true to ${secret}.`,
    ),
  ];
};

const checkOptions = (verify: Verify): Finding[] => {
  const known = new Set<string>(['scheme', 'secret', ...(OPTIONS_OF[verify.scheme] ?? [])]);
  return Object.keys(verify)
    .filter((option) => !known.has(option) && !option.startsWith('x-'))
    .map((option) =>
      warning(`${POINTER}/${option}`, `The scheme "${verify.scheme}" has no "${option}".`, 'Remove it, or use the scheme "hmac".'),
    );
};

/** A time that is not signed can be replaced by anyone who replays the rest. */
const checkTemplate = ({ scheme, template, timestamp_header }: Verify): Finding[] => {
  if (scheme !== 'hmac') return [];
  const findings: Finding[] = [];
  const text = template ?? '{body}';
  const place = template === undefined ? POINTER : `${POINTER}/template`;
  if (!text.includes('{body}'))
    findings.push(
      error(place, 'The template leaves the body out, so the signature says nothing about it.', 'Put {body} into the template.'),
    );
  if (timestamp_header !== undefined && !text.includes('{timestamp}')) {
    findings.push(
      error(
        place,
        'The time in timestamp_header is not part of what is signed.',
        'Write a template such as "{timestamp}.{body}", as the sender signs it.',
      ),
    );
  }
  if (timestamp_header === undefined && text.includes('{timestamp}')) {
    findings.push(error(place, 'The template has {timestamp}, and no header that gives it.', 'Add "timestamp_header".'));
  }
  return findings;
};

export const verify: Check = {
  id: 'verify',
  check: (manifest) => {
    const declared = manifest.webhook?.verify;
    return declared === undefined ? [] : [...checkSecret(manifest, declared), ...checkOptions(declared), ...checkTemplate(declared)];
  },
};
