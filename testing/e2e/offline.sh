#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Software changes while the agent is stopped, and while the manager is: exactly the net changes
# arrive afterwards, each once.
# shellcheck source=testing/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=testing/e2e/endpoint.sh
. "$top/testing/e2e/endpoint.sh"

package alpha 1.0
package beta 2.0-1
package delta 4.0
"$lab" start "$D" || exit 1
agent_start
ok 'the first picture' known_is "$(truth)" 20

note 'the agent is stopped'
agent_end TERM
since=$(now)
package alpha 1.1
package gamma 3:1.2+b1
private_dpkg --purge beta
package delta 4.1
package delta 4.0 # and back: nothing, net
package alpha 1.2
agent_start
ok 'the picture is right again' known_is "$(truth)" 20
same 'exactly the net changes' "software-added alpha 1.2
software-added gamma 3:1.2+b1
software-removed alpha 1.0
software-removed beta 2.0-1" "$(changes "$since")"

note 'the agent starts and nothing has changed'
agent_end TERM
since=$(now)
agent_start
logged 'it is assessed' 'assessment: '
sleep 1
same 'nothing to tell' '' "$(changes "$since")"

note 'the manager is stopped'
"$lab" stop "$D"
since=$(now)
package alpha 1.3
private_dpkg --purge gamma
package epsilon 0.1
"$lab" start "$D" || exit 1
ok 'the picture is right again' known_is "$(truth)" 30
same 'exactly the changes' "software-added alpha 1.3
software-added epsilon 0.1
software-removed alpha 1.2
software-removed gamma 3:1.2+b1" "$(changes "$since")"

note 'both are stopped'
agent_end TERM
"$lab" stop "$D"
since=$(now)
private_dpkg --purge epsilon
"$lab" start "$D" || exit 1
agent_start
ok 'the picture is right again' known_is "$(truth)" 30
same 'exactly that' 'software-removed epsilon 0.1' "$(changes "$since")"
status 'nobody has it, and that is certain' 1 stancectl software epsilon
done_testing
