import { View } from '../../parts/view.tsx';

export const AuditView = () => <View title="Audit">{null}</View>;
