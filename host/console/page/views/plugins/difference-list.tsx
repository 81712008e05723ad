import { Badge, type Tone } from '../../parts/badge.tsx';
import { Foreign } from '../../parts/foreign.tsx';
import { Key } from '../../parts/key.tsx';
import type { Plugin } from './kinds.ts';

export type Difference = NonNullable<NonNullable<Plugin['pending']>['difference']>;

const CODE: Readonly<Record<Difference['code'], string>> = {
  new: 'Its code was never approved.',
  changed: 'Its code has changed.',
  same: 'Its code is the same.',
};

const TONES: Readonly<Record<Difference['permissions'][number]['change'], Tone>> = {
  new: 'warn',
  wider: 'warn',
  narrower: 'quiet',
  removed: 'quiet',
};

export const DifferenceList = ({ difference: { against, code, permissions, manifest } }: { difference: Difference }) => (
  <div class="difference">
    <p>
      <strong>{CODE[code]}</strong>{' '}
      {against !== null && (
        <>
          Compared with <Key text={against} />.
        </>
      )}
    </p>
    {permissions.length === 0 ? (
      <p>{code === 'new' ? 'It asks for no permission.' : 'Its permissions are the same.'}</p>
    ) : (
      <ul class="changes">
        {permissions.map(({ permission, change, reason }) => (
          <li key={permission}>
            <Badge state={change} tone={TONES[change]} /> <Foreign class="change-what" text={permission} />
            {reason !== null && <Foreign class="change-reason" text={`“${reason}”`} />}
          </li>
        ))}
      </ul>
    )}
    {manifest.length > 0 && (
      <p>
        Also changed in its manifest: <Foreign text={manifest.join(', ')} />.
      </p>
    )}
  </div>
);
