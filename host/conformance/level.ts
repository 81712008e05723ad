/** How far a plugin is, and what it lacks for more. */
import type { Manifest } from '../../schemas/manifest.ts';
import type { CheckResult } from './suite.ts';

/**
 * 0 `invalid`: manifest, bundle or code cannot be used. 1 `loads`: it comes up in the sandbox. 2 `sound`: no rule of the
 * contract is broken. 3 `complete`: every rule could be tried, and whoever installs, runs or mends it finds what they need.
 */
export const LEVELS = ['invalid', 'loads', 'sound', 'complete'] as const;
export type Level = (typeof LEVELS)[number];

export interface LevelInput {
  manifest: Manifest;
  files: ReadonlyMap<string, Uint8Array>;
  /** The code is a built-in plugin's: its tests and docs are not in this folder. */
  builtin: boolean;
  /** What the manifest's checks said that does not keep it from running. */
  warnings: readonly string[];
  checks: readonly CheckResult[];
  has_health: boolean;
}

const reasonless = ({ permissions = {} }: Manifest): string[] => {
  const asked: [string, unknown][] = [
    ...(permissions.network ?? []).map((one): [string, unknown] => [`network ${one.url}`, one.reason]),
    ...(permissions.websocket ?? []).map((one): [string, unknown] => [`websocket ${one.url}`, one.reason]),
    ...(permissions.hmac ?? []).map((one): [string, unknown] =>
      typeof one === 'string' ? [`hmac ${one}`, undefined] : [`hmac ${one.field}`, one.reason],
    ),
    ...(permissions.storage ? [['storage', permissions.storage.reason] as [string, unknown]] : []),
    ...(permissions.timers ? [['timers', permissions.timers === true ? undefined : permissions.timers.reason] as [string, unknown]] : []),
  ];
  return asked.flatMap(([what, reason]) => (reason ? [] : [`The permission ${what} has no "reason" for the operator who is to grant it.`]));
};

const undescribed = ({ configuration_schema = {} }: Manifest): string[] =>
  Object.entries(configuration_schema).flatMap(([name, { description }]) =>
    description ? [] : [`The field ${name} has no "description": where does the operator find its value?`],
  );

const isTest = (file: string): boolean => /\.test\.[mc]?[jt]s$/.test(file) && !file.includes('node_modules/');

/** What lies between `sound` and `complete`. */
export const missingFor = ({ manifest, files, builtin, warnings, checks, has_health }: LevelInput): string[] => [
  ...warnings,
  ...checks.flatMap((check) => (check.status === 'not_tried' ? [`${check.id} could not be tried: ${check.reason}`] : [])),
  ...(builtin
    ? []
    : [
        ...(manifest.description ? [] : ['The manifest has no "description".']),
        ...reasonless(manifest),
        ...undescribed(manifest),
        ...([...files.keys()].some(isTest) ? [] : ['There is no test (*.test.ts) in the folder.']),
        ...(has_health ? [] : ['There is no `health`: an operator is not told when the account is refused.']),
      ]),
];

/** Of a plugin that loads. */
export const levelOf = (checks: readonly CheckResult[], missing: readonly string[]): Level => {
  if (checks.some(({ status }) => status === 'failed')) return 'loads';
  return missing.length === 0 ? 'complete' : 'sound';
};
