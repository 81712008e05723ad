import { View } from '../../parts/view.tsx';

export const ApprovalsView = () => <View title="Approvals">{null}</View>;
