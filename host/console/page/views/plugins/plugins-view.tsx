import { View } from '../../parts/view.tsx';

export const ChannelsView = () => <View title="Channels">{null}</View>;
export const ConnectorsView = () => <View title="Connectors">{null}</View>;
