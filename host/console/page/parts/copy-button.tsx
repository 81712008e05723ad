/** Puts a text where the reader's other programs find it. */
import { useNotices } from '../session/notices.tsx';

export const CopyButton = ({ text, what }: { text: string; what: string }) => {
  const say = useNotices();
  const copy = () =>
    void navigator.clipboard.writeText(text).then(
      () => say(`The ${what} is copied.`),
      () => say('The browser does not let the page copy. Select the text and copy it by hand.'),
    );
  return (
    <button type="button" class="button" aria-label={`Copy the ${what}`} onClick={copy}>
      Copy
    </button>
  );
};
