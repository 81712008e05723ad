import { View } from '../../parts/view.tsx';

export const MessagesView = () => <View title="Messages">{null}</View>;
