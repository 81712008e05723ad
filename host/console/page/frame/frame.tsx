/** What stands round every view: where to go, who is here, what may leave the host. */
import { usePlace } from '../place/use-place.ts';
import { findView } from '../views/views.ts';
import { Header } from './header.tsx';
import { Navigation } from './navigation.tsx';

export const Frame = () => {
  const place = usePlace();
  const { View, name } = findView(place.path);
  return (
    <div class="frame">
      <button type="button" class="skip" onClick={() => document.getElementById('view')?.focus()}>
        Skip to the content
      </button>
      <Header />
      <Navigation current={name} />
      <main id="view" class="frame-main" tabIndex={-1}>
        <View key={place.path.join('/')} place={place} />
      </main>
    </div>
  );
};
