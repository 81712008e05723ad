import { nearest } from '../../../schemas/nearest.ts';
import { type Check, type Finding, warning } from './check.ts';

const MEDIA = ['image', 'audio', 'video', 'voice', 'document', 'sticker', 'contact'];

/** What a channel says it can do and its adapter cannot would fail at the first message of that kind. */
export const features: Check = {
  id: 'features',
  check: ({ capabilities = [], limits }, { builtin }) => {
    const beyond = builtin
      ? capabilities.flatMap((feature, index): Finding[] =>
          builtin.capabilities?.includes(feature)
            ? []
            : [warning(`/capabilities/${index}`, `The built-in plugin does not support "${feature}".`, 'Remove it.')],
        )
      : [];
    const twice = capabilities.flatMap((feature, index): Finding[] =>
      capabilities.indexOf(feature) === index ? [] : [warning(`/capabilities/${index}`, `"${feature}" stands twice.`, 'Keep one of them.')],
    );
    const unknown = Object.keys(limits?.media ?? {}).flatMap((kind): Finding[] => {
      if (MEDIA.includes(kind)) return [];
      const meant = nearest(kind, MEDIA);
      return [
        warning(
          `/limits/media/${kind.replaceAll('~', '~0').replaceAll('/', '~1')}`,
          `${JSON.stringify(kind.slice(0, 80))} is no kind of attachment.`,
          meant ? `Did you mean "${meant}"?` : `Possible: ${MEDIA.join(', ')}.`,
        ),
      ];
    });
    return [...beyond, ...twice, ...unknown];
  },
};
