/** Whether all of it is to be tried: `npm run test:long`. A part of it has to do in `npm test`. */
export const isLong = process.env['MODE'] === 'long'
