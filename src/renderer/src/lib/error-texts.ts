/** From a coded error to words: what happened, what is safe, what to do. One table for the whole product, in `src/shared`. */
export { type ErrorWords, errorSentence, errorWords } from '@shared/error-texts';
