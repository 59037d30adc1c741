import './last-words.js'

// Only now: what cannot be loaded is told.
void import('./worker.js')
