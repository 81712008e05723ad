import { View } from '../../parts/view.tsx';

export const PolicyView = () => <View title="Policy">{null}</View>;
