import { View } from '../parts/view.tsx';

export const Missing = () => (
  <View title="Not found">
    <p>There is no such view. The navigation lists those there are.</p>
  </View>
);
