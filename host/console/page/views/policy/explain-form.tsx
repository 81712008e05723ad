import type { Channel, Page } from '../../api/answers.ts';
import { useAsked } from '../../api/use-asked.ts';
import { CheckBox } from '../../parts/check-box.tsx';
import { anyOf, Choice, TextArea, TextField } from '../../parts/field.tsx';
import { hrefOf } from '../../place/place.ts';
import type { Question } from './question.ts';

export interface ExplainFormProps {
  question: Question;
  onChange(changed: Partial<Question>): void;
  /** The document that is being edited. */
  draft: 'none' | 'usable' | 'faulty';
  byDraft: boolean;
  onByDraft(by: boolean): void;
  busy: boolean;
  onAsk(): void;
}

const CONVERSATIONS = ['direct', 'group', 'channel'].map((type) => [type, type] as const);

const DRAFT_WORDS: Readonly<Record<ExplainFormProps['draft'], string>> = {
  none: 'By the edited document. There is none: edit it first.',
  usable: 'By the edited document, instead of the one in force.',
  faulty: 'By the edited document. Its text has a fault: mend it first.',
};

export const ExplainForm = ({ question, onChange, draft, byDraft, onByDraft, busy, onAsk }: ExplainFormProps) => {
  const channels = useAsked<Page<Channel>>('/api/channels', { on: ['channel'] });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!busy) onAsk();
  };
  return (
    <form class="form" onSubmit={submit}>
      <div class="pairs">
        <TextField
          label="Channel"
          value={question.channel_id}
          onValue={(channel_id) => onChange({ channel_id })}
          choices={channels.value?.items.map(({ id }) => id) ?? []}
          required
          maxLength={64}
        />
        <TextField
          label="User"
          hint="The platform’s id of the person."
          value={question.user_key}
          onValue={(user_key) => onChange({ user_key })}
          required
          maxLength={255}
        />
      </div>
      <TextArea label="Text" rows={2} value={question.text} onValue={(text) => onChange({ text })} maxLength={10_000} />
      <div class="pairs">
        <Choice
          label="Conversation"
          value={question.conversation_type}
          onValue={(conversation_type) => onChange({ conversation_type })}
          choices={CONVERSATIONS}
        />
        <TextField label="At" type="datetime-local" hint="Now, when it is empty." value={question.at} onValue={(at) => onChange({ at })} />
        <Choice
          label="Network mode"
          value={question.network_mode}
          onValue={(network_mode) => onChange({ network_mode })}
          choices={anyOf('as it is', ['on', 'readonly', 'off'])}
        />
        <Choice
          label="Phase"
          value={question.phase}
          onValue={(phase) => onChange({ phase })}
          choices={anyOf('as it is', ['planning', 'execution'])}
        />
      </div>
      <CheckBox checked={question.mentions_bot} onChecked={(mentions_bot) => onChange({ mentions_bot })}>
        It mentions the bot.
      </CheckBox>
      <CheckBox checked={byDraft && draft === 'usable'} disabled={draft !== 'usable'} onChecked={onByDraft}>
        {DRAFT_WORDS[draft]} <a href={hrefOf(['policy'])}>The document</a>
      </CheckBox>
      <div class="actions">
        <button type="submit" class="button button-main">
          {busy ? 'Working…' : 'Explain'}
        </button>
      </div>
    </form>
  );
};
