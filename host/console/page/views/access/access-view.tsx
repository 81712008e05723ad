/** Who may use the API, which secrets have values, and the host key. */
import { NeedsRole } from '../../parts/act-button.tsx';
import { View } from '../../parts/view.tsx';
import { useMay } from '../../session/session.ts';
import { HostKey } from './host-key.tsx';
import { Secrets } from './secrets.tsx';
import { Tokens } from './tokens.tsx';

export const AccessView = () => {
  const may = useMay();
  return (
    <View title="Tokens and keys" lead="Who may use this host’s API and console, and what its secrets are sealed with.">
      {may('admin') ? (
        <>
          <Tokens />
          <Secrets />
          <HostKey />
        </>
      ) : (
        <NeedsRole needs="admin" to="see and change tokens and keys" />
      )}
    </View>
  );
};
