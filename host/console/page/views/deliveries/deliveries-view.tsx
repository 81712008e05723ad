import { View } from '../../parts/view.tsx';

export const DeliveriesView = () => <View title="Deliveries">{null}</View>;
