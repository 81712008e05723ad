/**
 * How many tokens a text is at most, about, without a tokenizer: models differ, and too many tokens is an error of the
 * whole call. English has about four letters to a token, digits and signs down to one, scripts other than Latin up to
 * one token for two bytes of UTF-8.
 */
export const estimateTokens = (text: string): number => {
  let letters = 0;
  let others = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if ((unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90) || unit === 32) letters++;
    else if (unit < 128) others += 0.7;
    // Three bytes for a unit at most; a pair of surrogates has four together.
    else others += unit < 0x800 ? 1 : 1.5;
  }
  return Math.ceil(letters / 3 + others);
};
