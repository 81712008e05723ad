/** What somebody said: the words, and the files that came with them. */
import type { Message } from '../../api/answers.ts';
import { segment } from '../../api/ask.ts';
import { ForeignText, shown } from '../../parts/foreign.tsx';

type Attachment = Message['attachments'][number];

const KIB = 1024;
const sizeOf = (bytes: number): string => {
  if (bytes < KIB) return `${bytes} bytes`;
  return bytes < KIB * KIB ? `${Math.round(bytes / KIB)} KiB` : `${(bytes / KIB / KIB).toFixed(1)} MiB`;
};

const AttachmentItem = ({ attachment: { id, type, file_name, mime_type, size_bytes } }: { attachment: Attachment }) => {
  const name = <bdi>{shown(file_name || type)}</bdi>;
  const about = [file_name ? type : null, mime_type, typeof size_bytes === 'number' ? sizeOf(size_bytes) : null].filter(Boolean).join(', ');
  return (
    <li>
      {id === undefined ? (
        name
      ) : (
        <a href={`/api/attachments/${segment(id)}`} download="">
          {name}
        </a>
      )}
      {about !== '' && <span class="quiet"> {shown(about)}</span>}
    </li>
  );
};

const hasText = ({ text }: Message): boolean => text !== null && text !== '';

/** Said in the place of words. */
const instead = ({ type, text }: Message): string =>
  text === null && type === 'text' ? 'Its words are not kept any more: they were erased, or their time is over.' : `No words: ${type}.`;

export const Said = ({ message }: { message: Message }) => (
  <div class="said">
    {hasText(message) && <ForeignText text={message.text ?? ''} />}
    {!hasText(message) && message.attachments.length === 0 && <p class="quiet">{instead(message)}</p>}
    {message.attachments.length > 0 && (
      <ul class="attachments" aria-label="Files">
        {message.attachments.map((attachment, index) => (
          <AttachmentItem key={attachment.id ?? index} attachment={attachment} />
        ))}
      </ul>
    )}
  </div>
);
