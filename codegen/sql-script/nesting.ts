/** Semicolons inside parentheses, and inside the body of a function in standard SQL, do not end a statement. */
export class Nesting {
  #parentheses = 0
  #blocks = 0
  #words = ''

  get isFlat(): boolean {
    return this.#parentheses === 0 && this.#blocks === 0
  }

  see(token: string): void {
    if (token === '(') this.#parentheses++
    else if (token === ')') this.#parentheses = Math.max(0, this.#parentheses - 1)
    else if (/^[a-z]/i.test(token)) this.#seeWord(token.toLowerCase())
  }

  #seeWord(word: string): void {
    if (this.#words.length < 60) this.#words += `${word} `
    if (this.#parentheses > 0 || !/^create (?:or replace )?(?:function|procedure) /.test(this.#words)) return
    if (word === 'begin' || (word === 'case' && this.#blocks > 0)) this.#blocks++
    else if (word === 'end' && this.#blocks > 0) this.#blocks--
  }
}
