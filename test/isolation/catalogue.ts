/** Every attack there is, by what it goes for. */
import { ATTACKS } from './attacks.ts';
import { inRealm, type TrialGroup } from './trial.ts';
import { AUTHORITY, SECRETS } from './trials/authority.ts';
import { BREAKOUTS } from './trials/breakouts.ts';
import { EXITS, FLOODS, LOOPS, MEMORY } from './trials/endings.ts';
import { FOLDERS, IMPORTS, MANIFESTS } from './trials/folders.ts';

export const CATALOGUE: readonly TrialGroup[] = [
  { name: 'the realm', trials: ATTACKS.map(inRealm) },
  AUTHORITY,
  SECRETS,
  LOOPS,
  MEMORY,
  FLOODS,
  EXITS,
  BREAKOUTS,
  IMPORTS,
  MANIFESTS,
  FOLDERS,
];
