import { Foreign } from '../../parts/foreign.tsx';
import type { Plugin } from './kinds.ts';
import { permissionWords } from './permissions.ts';

export const PermissionList = ({ plugin }: { plugin: Plugin }) => {
  const permissions = permissionWords(plugin);
  if (permissions.length === 0) return <p class="empty">None: its code reaches nothing outside.</p>;
  return (
    <ul class="permissions">
      {permissions.map(({ what, reason, details }, index) => (
        <li key={index} class="permission">
          <p class="permission-what">
            <Foreign text={what} />
          </p>
          <p>{reason === null ? <span class="quiet">No reason is given.</span> : <Foreign text={`“${reason}”`} />}</p>
          {details.length > 0 && (
            <ul class="permission-details">
              {details.map((detail) => (
                <li key={detail}>
                  <Foreign text={detail} />
                </li>
              ))}
            </ul>
          )}
        </li>
      ))}
    </ul>
  );
};
