import { View } from '../../parts/view.tsx';

export const SessionsView = () => <View title="Sessions">{null}</View>;
