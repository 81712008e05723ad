import { View } from '../../parts/view.tsx';

export const PeopleView = () => <View title="People">{null}</View>;
