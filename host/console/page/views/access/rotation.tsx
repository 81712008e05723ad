/** What a new host key has sealed, and what is left to be done by hand. */
import type { Rotation } from '../../api/answers.ts';
import { Facts } from '../../parts/facts.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { Key } from '../../parts/key.tsx';

const Folders = ({ paths }: { paths: readonly string[] }) => (
  <ul class="folders">
    {paths.map((path) => (
      <li key={path}>
        <Foreign text={path} />
      </li>
    ))}
  </ul>
);

export const RotationDone = ({ rotation }: { rotation: Rotation }) => {
  const { next_step, keys_backups, keys_backups_not_reached } = rotation;
  return (
    <>
      {next_step !== null && (
        <p class="note note-warn">
          <strong>{shown(next_step)}</strong>
        </p>
      )}
      {keys_backups_not_reached.length > 0 && (
        <div class="note note-warn">
          <p>
            <strong>These copies of the keys were not reached. Make a backup there again.</strong>
          </p>
          <Folders paths={keys_backups_not_reached} />
        </div>
      )}
      <Facts
        facts={[
          ['Host key', <Key key="new" text={rotation.key_id} />],
          ['Before', <Key key="former" text={rotation.former_key_id} />],
          ['Keys wrapped anew', rotation.keys_wrapped],
          ['Configurations', rotation.configurations_sealed],
          ['Stored values', rotation.stored_values_sealed],
          ['Approvals', rotation.approvals_sealed],
          ['Evidence', rotation.evidence_sealed],
          [
            'Keys backed up in',
            keys_backups.length === 0 ? 'nowhere yet: agentos backup DIR' : <Folders key="backups" paths={keys_backups} />,
          ],
        ]}
      />
    </>
  );
};
