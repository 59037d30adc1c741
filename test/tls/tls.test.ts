import { cancelling } from './cancelling.js'
import { certificates } from './certificates.js'
import { logins } from './logins.js'
import { modes } from './modes.js'
import { passwords } from './passwords.js'
import { secrets } from './secrets.js'
import { useWorld } from './support/world.js'

const world = useWorld()
modes(world)
certificates(world)
passwords(world)
logins(world)
cancelling(world)
secrets(world)
