/** What an operator allows, and what it would do. */
import type { Place } from '../../place/place.ts';
import { DocumentView } from './document-view.tsx';
import { ExplainView } from './explain-view.tsx';

export const PolicyView = ({ place }: { place: Place }) => (place.path[1] === 'explain' ? <ExplainView place={place} /> : <DocumentView />);
