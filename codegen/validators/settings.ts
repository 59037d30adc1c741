/** The libraries that validators can be made for: Zod from 4.3 on, and Valibot from 1 on. */
export type ValidatorLibrary = 'zod' | 'valibot'
