import { View } from '../../parts/view.tsx';

export const SettingsView = () => <View title="Settings">{null}</View>;
