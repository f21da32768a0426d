import Sequencer from '@jest/test-sequencer'

/** It takes minutes: begun last it would run on alone, and jest knows how long a file takes only from a former run. */
const longest = 'test/end-to-end/crash.test.ts'

export default class LongestFirst extends Sequencer {
  sort(tests) {
    const isLongest = ({ path }) => path.endsWith(longest)
    const sorted = super.sort(tests)
    return [...sorted.filter(isLongest), ...sorted.filter((test) => !isLongest(test))]
  }
}
