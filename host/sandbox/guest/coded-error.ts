/** An error of the guest's own realm with a `code`: all that a refused or failed capability shows. */
export const codedError = (code: string, message: string): Error => Object.assign(new Error(message), { code });
