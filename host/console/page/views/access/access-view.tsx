import { View } from '../../parts/view.tsx';

export const AccessView = () => <View title="Access">{null}</View>;
