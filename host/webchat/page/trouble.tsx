/** What a person has to mend. The element stays, so that a screen reader hears what comes into it. */
export const Trouble = ({ text }: { text: string | null }) => <div role="alert">{text !== null && <p class="trouble">{text}</p>}</div>;
