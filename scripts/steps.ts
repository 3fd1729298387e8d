import { styleText } from 'node:util'

/** Does things one after the other and tells of each; the first that fails is the last. */
export class Steps {
  passed = 0
  failed = 0

  async step<T>(name: string, act: () => Promise<T>): Promise<T> {
    try {
      const result = await act()
      this.passed++
      console.log(`${styleText('green', '✓')} ${name}`)
      return result
    } catch (error) {
      this.failed++
      console.log(`${styleText('red', '✗')} ${name}`)
      throw error
    }
  }
}
