import { cancelling } from './cancelling.js'
import { certificates } from './certificates.js'
import { modes } from './modes.js'
import { passwords } from './passwords.js'
import { secrets } from './secrets.js'
import { useWorld } from './support/world.js'

const world = useWorld()
modes(world)
certificates(world)
passwords(world)
cancelling(world)
secrets(world)
