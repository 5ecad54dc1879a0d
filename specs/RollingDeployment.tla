-------------------------- MODULE RollingDeployment --------------------------
(***************************************************************************)
(* A rolling deployment of an endpoint, as a state machine.                *)
(*                                                                         *)
(* An endpoint is served by a fleet of instances. An update replaces this  *)
(* old fleet by a new one, batch by batch. For each batch:                 *)
(*                                                                         *)
(*   provisioning  one more batch of new instances is asked for;           *)
(*   shifting      the new fleet takes its part of the traffic;            *)
(*   baking        its alarms are watched for a whole interval;            *)
(*   cleaning      the old instances that are no longer needed go.         *)
(*                                                                         *)
(* When an alarm trips in a bake, when something fails, when the time is   *)
(* up or when a stop is requested, the deployment turns back: the same     *)
(* walk with the two fleets in each other's place, and without bakes.      *)
(*                                                                         *)
(* This text follows Amazon's description of rolling deployments and the   *)
(* design, in terms of its own: it is no translation of the program. The   *)
(* program was known to its author, and where description and design leave *)
(* a question open, the answer here is the program's. Both must have the   *)
(* very same states and steps: specs/README.md says how that is checked.   *)
(*                                                                         *)
(* For a reader new to TLA+: `==` defines a name, `=` compares, /\ is      *)
(* "and", \/ is "or", ~ is "not"; a bulleted list of /\ or \/ reads as     *)
(* if it stood in parentheses. x' is the value of x after a step. Nothing  *)
(* is assigned and nothing runs: a formula either holds of a step or does  *)
(* not, and the steps of the machine are those of which Next holds.        *)
(***************************************************************************)
EXTENDS Integers, Sequences

(***************************************************************************)
(* What the update was accepted with. A model checker is given values for  *)
(* these; everything below holds, we claim, for all that are legal.        *)
(***************************************************************************)
CONSTANTS
    NewFull,        \* the instances that the new fleet needs for all the traffic
    OldFull,        \* the instances that the old fleet needs for all the traffic
    NewCount,       \* new instances there at the start: 0, except in a repair
    OldCount,       \* old instances there at the start
    NewTraffic,     \* the new fleet's traffic at the start, in units: see Whole
    Batch,          \* how many new instances a step provisions, at most
    FirstShift,     \* how many instances' worth of traffic the first step shifts,
    NextShift,      \*   and how many each later one; both are Batch when rolling
    BackBatch,      \* how many old instances a step of the way back provisions
    CleansEachStep, \* TRUE when rolling; blue/green cleans up once, at the end
    TerminationWait,\* TRUE when a further bake precedes that one cleanup
    NewFloor,       \* the least new instances that must carry all the traffic, and
    OldFloor,       \*   the least old ones: less than NewFull and OldFull where the
                    \*   policy lets instances be missing, to make room
    FirstGate,      \* the first step whose bake is a gate, as all later ones are; or 0
    GateTurnsBack,  \* TRUE when a gate that is not continued in time turns back
    Alarms,         \* how many alarms are watched
    Troubles,       \* what may go wrong: any of "alarm", "failure", "deadline", "stop"
    MostAttempts,   \* how often the world lets one batch bake: keeps the model finite
    StaleEvents     \* TRUE when events of another stage may come as well

(***************************************************************************)
(* The whole state is one record, `deployment`. The other variable is the  *)
(* event on its way to it: what happened in the world, or NoEvent.         *)
(***************************************************************************)
VARIABLES deployment, event

vars == <<deployment, event>>

-----------------------------------------------------------------------------
(***************************************************************************)
(* Arithmetic.                                                             *)
(*                                                                         *)
(* Traffic is counted, not measured: all of it is Whole units, so many     *)
(* that one instance of either fleet stands for a whole number of them.    *)
(* So no fraction is ever needed, and nothing is rounded by accident. What *)
(* an instance stands for is measured by the floor: where instances may be *)
(* missing, those that remain carry all of it.                             *)
(***************************************************************************)
Min(a, b) == IF a < b THEN a ELSE b
Max(a, b) == IF a > b THEN a ELSE b

Whole == NewFloor * OldFloor
PerNew == OldFloor      \* the units that one new instance carries: Whole \div NewFloor
PerOld == NewFloor      \* the units that one old instance carries

\* The least number of instances, each good for `per` units, that carry `units`.
\* This is the one place that rounds, and it rounds up: an instance that would
\* carry only a little is still needed.
InstancesFor(units, per) == (units + per - 1) \div per

OldTraffic == Whole - NewTraffic    \* the old fleet's traffic at the start

-----------------------------------------------------------------------------
(***************************************************************************)
(* The state.                                                              *)
(*                                                                         *)
(*   stage      <<direction, step, attempt, phase>>. Steps count batches   *)
(*              in one direction, attempts count the bakes of one batch,   *)
(*              and in a failed rollback the splits to hold: one or two.   *)
(*   up         how far the receiving fleet has come, in its instances     *)
(*   new, old   of each fleet: how many instances are asked for, how many  *)
(*              count as in service, how many as alive                     *)
(*   traffic    the units that the new fleet should be sent; the old fleet *)
(*              is sent the rest                                           *)
(*   settled    the traffic was seen to be split so, since it was asked    *)
(*   cause      why the deployment turned back, or "none"                  *)
(*   cut        what ended it before it was done, or "none"                *)
(*   continued  the gate of this bake was continued                        *)
(***************************************************************************)
Ends == {"succeeded", "rolled back", "rollback failed"}
PhasesInOrder ==
    <<"provisioning", "shifting", "baking", "cleaning",
      "succeeded", "rolled back", "rollback failed">>
Phases == {PhasesInOrder[i] : i \in 1..Len(PhasesInOrder)}
Reasons == {"alarm", "failure", "deadline", "stop", "gate"}

Direction(d) == d.stage[1]
Step(d) == d.stage[2]
Attempt(d) == d.stage[3]
Phase(d) == d.stage[4]

IsForward(d) == Direction(d) = "forward"
HasEnded(d) == Phase(d) \in Ends

\* A gate is continued for one stage, so in the next one it is not.
Enter(d, phase) ==
    [d EXCEPT
        !.stage = <<Direction(d), Step(d), Attempt(d), phase>>,
        !.continued = FALSE]

(***************************************************************************)
(* Commands take time, so an ask is not believed to be carried out. Asking *)
(* for more does not put more in service; asking for fewer takes them out  *)
(* of the count at once. It is the other way round for what is alive:      *)
(* whatever was asked for may exist already, whatever was given up may     *)
(* exist still. Capacity is counted low, the bill is counted high.         *)
(***************************************************************************)
Ask(fleet, count) ==
    [asked |-> count,
     in_service |-> Min(fleet.in_service, count),
     alive |-> Max(fleet.alive, count)]

\* Only an observation, <<in service, alive>>, corrects the two counts.
Observe(fleet, sighting) ==
    [asked |-> fleet.asked,
     in_service |-> Min(sighting[1], fleet.asked),
     alive |-> Max(sighting[2], fleet.asked)]

\* A fleet that drains: no more than its traffic needs, and never less than `least`.
Trim(fleet, least, units, per) ==
    Ask(fleet, Min(fleet.asked, Max(least, InstancesFor(units, per))))

TrimNew(d, least) == Trim(d.new, least, d.traffic, PerNew)
TrimOld(d, least) == Trim(d.old, least, Whole - d.traffic, PerOld)

-----------------------------------------------------------------------------
(***************************************************************************)
(* How far a step goes. The plan is not stored. Forward, the number of the *)
(* step says how far; back, a step adds a batch to where the last one was. *)
(***************************************************************************)
AlreadyUp == Min(NewFull, NewCount)

ShiftSteps ==
    LET afterFirst == NewFull - AlreadyUp - FirstShift
    IN  1 + (IF afterFirst > 0 THEN InstancesFor(afterFirst, NextShift) ELSE 0)

StepsForward == ShiftSteps + (IF TerminationWait THEN 1 ELSE 0)

NextUp(d) ==
    IF IsForward(d)
    THEN Min(NewFull, AlreadyUp + FirstShift + Step(d) * NextShift)
    ELSE Min(OldCount, d.up + BackBatch)

IsLastStep(d) ==
    IF IsForward(d) THEN Step(d) = StepsForward ELSE d.up = OldCount

\* In the last cleanup of a direction all traffic has arrived: from then on the
\* deployment is committed to the end that it walks towards.
IsCommitted(d) == Phase(d) = "cleaning" /\ IsLastStep(d)

-----------------------------------------------------------------------------
(***************************************************************************)
(* The four phases. Each operator below gives the state in which the       *)
(* phase has begun.                                                        *)
(***************************************************************************)

\* "SageMaker provisions the first batch of instances in the new fleet." Going
\* back, it is the old fleet's turn. What is asked for already stays asked for.
Provision(d) ==
    LET up == NextUp(d)
        begun == [d EXCEPT
                     !.stage = <<Direction(d), Step(d) + 1, 1, "provisioning">>,
                     !.up = up]
    IN  IF IsForward(d)
        THEN [begun EXCEPT !.new = Ask(@, Max(@.asked, Min(NewFull, d.up + Batch)))]
        ELSE [begun EXCEPT !.old = Ask(@, Max(@.asked, up))]

\* Has the receiving fleet in service what this step shifts traffic to?
BatchInService(d) ==
    IF IsForward(d)
    THEN d.new.in_service >= Min(d.new.asked, NewFull)
    ELSE d.old.in_service >= d.up

\* "A portion of traffic is shifted from the old instances to the first batch of
\* new instances." The receiving fleet never gives traffic back in a shift. The
\* old fleet takes home what its restored instances carry, at most what it had;
\* restored whole, it takes exactly what it had.
TrafficForward(d) == Max(d.traffic, Min(d.up, NewFloor) * PerNew)

TrafficBack(d) ==
    LET restored == IF d.up < OldCount
                    THEN Min(OldTraffic, Min(d.up, OldFloor) * PerOld)
                    ELSE OldTraffic
    IN  Min(d.traffic, Whole - restored)

Shift(d) ==
    LET traffic == IF IsForward(d) THEN TrafficForward(d) ELSE TrafficBack(d)
    IN  [Enter(d, "shifting") EXCEPT
            !.traffic = traffic,
            !.settled = @ /\ traffic = d.traffic]

Bake(d) == Enter(d, "baking")

\* A batch that lost an instance while it baked proved nothing. It is provisioned
\* again, which asks for nothing more, and bakes afresh.
BakeAgain(d) ==
    [d EXCEPT
        !.stage = <<Direction(d), Step(d), Attempt(d) + 1, "provisioning">>,
        !.continued = FALSE]

\* "After the baking period, if no Amazon CloudWatch alarms are tripped, then
\* SageMaker cleans up a batch of old instances." Going back, the new fleet is
\* cleaned up; but what was there before a repair began is not the repair's to take.
CleanUp(d) ==
    LET begun == Enter(d, "cleaning")
    IN  IF ~IsForward(d)
        THEN [begun EXCEPT !.new = TrimNew(d, NewCount)]
        ELSE [begun EXCEPT
                 !.new = Ask(@, Min(@.asked, NewFull)),
                 !.old = IF CleansEachStep \/ IsLastStep(d) THEN TrimOld(d, 0) ELSE @]

\* Nothing is alive that is not asked for: only then does another batch fit.
IsClean(d) == d.new.alive = d.new.asked /\ d.old.alive = d.old.asked

-----------------------------------------------------------------------------
(***************************************************************************)
(* Turning back, and the ends.                                             *)
(***************************************************************************)

\* The shift that was under way may or may not have happened, and so may anything
\* that was asked for: the split must be seen again, and nothing counts as restored.
TurnBack(d, why) ==
    [d EXCEPT
        !.stage = <<"back", 1, 1, "provisioning">>,
        !.up = 0,
        !.new = TrimNew(d, NewCount),
        !.settled = FALSE,
        !.cause = why,
        !.continued = FALSE]

\* The first step home provisions nothing: its batch is what is in service.
TakeStock(d) == [d EXCEPT !.up = Min(OldCount, d.old.in_service)]

Finish(d, cut) ==
    [Enter(d, IF IsForward(d) THEN "succeeded" ELSE "rolled back") EXCEPT !.cut = cut]

\* The endpoint keeps the mix that is there. Nothing in service is given up, and
\* nothing more is asked for than is in service or than the traffic needs. But while
\* the split is not known, what the traffic needs is not known either.
HoldTheMix(d, cut) ==
    LET failed == [Enter(d, "rollback failed") EXCEPT !.cut = cut]
    IN  IF d.settled
        THEN [failed EXCEPT
                 !.new = TrimNew(d, d.new.in_service),
                 !.old = TrimOld(d, d.old.in_service)]
        ELSE failed

\* Something went wrong. An end stays what it is. Where all traffic has arrived there
\* is nothing to undo.
GoWrong(d, why) ==
    IF HasEnded(d) THEN d
    ELSE IF IsCommitted(d) THEN Finish(d, why)
    ELSE IF IsForward(d) THEN TurnBack(d, why)
    ELSE HoldTheMix(d, why)

-----------------------------------------------------------------------------
(***************************************************************************)
(* What follows by itself. A phase that has nothing to wait for is over as *)
(* soon as it has begun, so one event may carry the deployment through     *)
(* several phases. The first step back is the exception: it waits for a    *)
(* fresh look at what is in service.                                       *)
(***************************************************************************)
IsFirstStepBack(d) == ~IsForward(d) /\ Step(d) = 1

RECURSIVE Proceed(_)
Proceed(d) ==
    CASE Phase(d) = "provisioning" /\ ~IsFirstStepBack(d) /\ BatchInService(d)
            -> Proceed(Shift(d))
      [] Phase(d) = "shifting" /\ d.settled
            -> Proceed(IF IsForward(d) THEN Bake(d) ELSE CleanUp(d))
      [] Phase(d) = "cleaning" /\ IsClean(d)
            -> (IF IsLastStep(d) THEN Finish(d, "none") ELSE Proceed(Provision(d)))
      [] OTHER -> d

-----------------------------------------------------------------------------
(***************************************************************************)
(* What an event leads to. Each event but a stop says which stage, or      *)
(* which direction, it is about; one about another changes nothing. No     *)
(* event is impossible: every phase says what it makes of every kind, if   *)
(* only that nothing changes.                                              *)
(***************************************************************************)
AfterFleets(d, e) ==
    LET seen == [d EXCEPT !.new = Observe(@, e.new), !.old = Observe(@, e.old)]
    IN  CASE Phase(d) = "baking" /\ ~BatchInService(seen) -> BakeAgain(seen)
          [] Phase(d) = "provisioning" /\ IsFirstStepBack(d) -> Proceed(Shift(TakeStock(seen)))
          [] OTHER -> Proceed(seen)

\* Only a split that is the one asked for settles anything. A failed rollback asks for
\* no more shifts, and yields once: if another split is there, that one is what it holds.
\* But it must be seen again, as another attempt's, for a command to make the first one
\* may still be on its way.
AfterSplit(d, e) ==
    IF d.settled THEN d
    ELSE CASE e.traffic = d.traffic -> Proceed([d EXCEPT !.settled = TRUE])
           [] e.traffic # d.traffic /\ Phase(d) = "rollback failed" /\ Attempt(d) = 1 ->
                 [d EXCEPT
                     !.stage = <<Direction(d), Step(d), 2, Phase(d)>>,
                     !.traffic = e.traffic]
           [] OTHER -> d

(***************************************************************************)
(* "If any of the pre-specified alarms trip during any baking period, then *)
(* all endpoint traffic rolls back." An alarm without enough data is quiet *)
(* but one that could not be read is not: no evidence is not good          *)
(* evidence. A reading passes the bake only if it was taken when the       *)
(* interval was over, only if no instance of the batch is missing, and at  *)
(* a gate only if that was continued.                                      *)
(***************************************************************************)
AwaitsContinuation(d) ==
    /\ Phase(d) = "baking"
    /\ FirstGate > 0 /\ Step(d) >= FirstGate
    /\ ~d.continued

IsTripped(readings) == \E alarm \in 1..Alarms : readings[alarm] = "ALARM"
IsQuiet(readings) ==
    \A alarm \in 1..Alarms : readings[alarm] \in {"OK", "INSUFFICIENT_DATA"}

AfterReading(d, e) ==
    CASE Phase(d) = "baking" /\ IsTripped(e.readings) -> TurnBack(d, "alarm")
      [] /\ Phase(d) = "baking" /\ IsQuiet(e.readings) /\ e.after_interval
         /\ BatchInService(d) /\ ~AwaitsContinuation(d)
            -> Proceed(CleanUp(d))
      [] OTHER -> d

\* A gate is continued by somebody, or its time is over. It is the next quiet reading
\* that passes the bake.
AfterContinued(d) == IF AwaitsContinuation(d) THEN [d EXCEPT !.continued = TRUE] ELSE d

AfterGate(d) ==
    IF AwaitsContinuation(d) /\ GateTurnsBack THEN TurnBack(d, "gate") ELSE AfterContinued(d)

\* Going forward, whatever cannot be done is undone. Committed, only the cleanup is
\* still of interest. Going back, only what the way home depends on can fail it:
\* provisioning the old fleet, the shift, the cleanup, each in its own phase.
Matters(d, e) ==
    \/ IsForward(d) /\ ~IsCommitted(d)
    \/ Phase(d) = "provisioning" /\ e.operation = "provision" /\ e.fleet = "old"
    \/ Phase(d) = "shifting" /\ e.operation = "shift"
    \/ Phase(d) = "cleaning" /\ e.operation = "clean up"

AfterFailure(d, e) == IF Matters(d, e) THEN GoWrong(d, "failure") ELSE d

\* "Exceeding this limit causes a timeout": a failure like any other. The way back
\* has a limit of its own. Forward, the termination wait does not count against the
\* limit; but no time passes in this model, so a limit may be exceeded at any moment.
AfterDeadline(d) == GoWrong(d, "deadline")

\* A stop turns the deployment back. One that is on its way back already heeds none.
AfterStop(d) == IF IsForward(d) THEN GoWrong(d, "stop") ELSE d

Belongs(d, e) ==
    CASE e.kind = "StopRequested" -> TRUE
      [] e.kind = "DeadlineElapsed" -> e.direction = Direction(d)
      [] OTHER -> e.stage = d.stage

After(d, e) ==
    CASE ~Belongs(d, e) -> d
      [] e.kind = "FleetsSeen" -> AfterFleets(d, e)
      [] e.kind = "SplitSettled" -> AfterSplit(d, e)
      [] e.kind = "AlarmsRead" -> AfterReading(d, e)
      [] e.kind = "OperationFailed" -> AfterFailure(d, e)
      [] e.kind = "DeadlineElapsed" -> AfterDeadline(d)
      [] e.kind = "StopRequested" -> AfterStop(d)
      [] e.kind = "Continued" -> AfterContinued(d)
      [] e.kind = "GateElapsed" -> AfterGate(d)

-----------------------------------------------------------------------------
(***************************************************************************)
(* The world: which events may come. It is as bad as Troubles lets it be.  *)
(* Any number of instances may be seen in service or alive, up to those    *)
(* that can exist; any split that can have been asked for; anything may    *)
(* fail and any timer fire at any time. Only the number of bakes of one    *)
(* batch is limited: a world that takes an instance from every bake would  *)
(* let them be counted for ever.                                           *)
(***************************************************************************)

\* Every pair of counts that Observe tells apart, and two that it must bring into
\* bounds: nothing at all, and more in service than was asked for.
Sightings(fleet) ==
    ((0..fleet.asked) \X (fleet.asked..fleet.alive))
        \union {<<0, 0>>, <<fleet.alive, fleet.alive>>}

MayLose(d) == Phase(d) # "baking" \/ Attempt(d) < MostAttempts

NewSightings(d) ==
    IF MayLose(d) THEN Sightings(d.new)
    ELSE {s \in Sightings(d.new) : s[1] >= Min(d.new.asked, NewFull)}

FleetsSeen(d) ==
    {[kind |-> "FleetsSeen", stage |-> d.stage, new |-> new, old |-> old] :
        new \in NewSightings(d), old \in Sightings(d.old)}

\* A split that can have been asked for, and that the instances asked for can carry:
\* no capacity is given up while traffic may still be on its way to it.
Splits(d) ==
    LET asked == {k * PerNew : k \in 0..NewFloor}
                    \union {Whole - k * PerOld : k \in 0..OldFloor}
                    \union {NewTraffic}
    IN  {d.traffic} \union
        {t \in asked : t <= d.new.asked * PerNew /\ Whole - t <= d.old.asked * PerOld}

AlarmStates ==
    {"OK", "INSUFFICIENT_DATA", "UNREADABLE"}
        \union (IF "alarm" \in Troubles THEN {"ALARM"} ELSE {})

AlarmsRead(d) ==
    {[kind |-> "AlarmsRead", stage |-> d.stage, readings |-> r, after_interval |-> late] :
        r \in [1..Alarms -> AlarmStates], late \in BOOLEAN}

Failures(d) ==
    {[kind |-> "OperationFailed", stage |-> d.stage, operation |-> o, fleet |-> f] :
        o \in {"provision", "shift", "clean up"}, f \in {"new", "old"}}

GateEvents(stage) ==
    IF FirstGate = 0 THEN {}
    ELSE {[kind |-> k, stage |-> stage] : k \in {"Continued", "GateElapsed"}}

Deadlines == {[kind |-> "DeadlineElapsed", direction |-> x] : x \in {"forward", "back"}}

Fresh(d) ==
    FleetsSeen(d)
        \union {[kind |-> "SplitSettled", stage |-> d.stage, traffic |-> t] : t \in Splits(d)}
        \union AlarmsRead(d)
        \union (IF "failure" \in Troubles THEN Failures(d) ELSE {})
        \union (IF "deadline" \in Troubles THEN Deadlines ELSE {})
        \union (IF "stop" \in Troubles THEN {[kind |-> "StopRequested"]} ELSE {})
        \union GateEvents(d.stage)

\* Events of other stages, each of which would matter in its own.
OtherStages(d) ==
    {<<IF IsForward(d) THEN "back" ELSE "forward", Step(d), Attempt(d), Phase(d)>>,
     <<Direction(d), Step(d) + 1, Attempt(d), Phase(d)>>,
     <<Direction(d), Step(d), Attempt(d) + 1, Phase(d)>>}
        \union {<<Direction(d), Step(d), Attempt(d), p>> : p \in Phases \ {Phase(d)}}

Stale(d) ==
    UNION {
        {[kind |-> "FleetsSeen", stage |-> s,
          new |-> <<d.new.asked, d.new.asked>>, old |-> <<d.old.asked, d.old.asked>>],
         [kind |-> "SplitSettled", stage |-> s, traffic |-> d.traffic],
         [kind |-> "AlarmsRead", stage |-> s,
          readings |-> [alarm \in 1..Alarms |-> "ALARM"], after_interval |-> TRUE],
         [kind |-> "AlarmsRead", stage |-> s,
          readings |-> [alarm \in 1..Alarms |-> "OK"], after_interval |-> TRUE],
         [kind |-> "OperationFailed", stage |-> s, operation |-> "clean up", fleet |-> "new"]}
            \union GateEvents(s) :
        s \in OtherStages(d)}

PossibleEvents(d) == IF StaleEvents THEN Fresh(d) \union Stale(d) ELSE Fresh(d)

-----------------------------------------------------------------------------
(***************************************************************************)
(* The machine. It starts with its first batch asked for. Then, for ever,  *)
(* an event occurs and the deployment advances.                            *)
(*                                                                         *)
(* An event that has occurred makes a state of its own. That costs the     *)
(* checker a state for each event, and is worth it: such a state has both  *)
(* the deployment and the event that it is about to take in, so what must  *)
(* hold of a step can be said of a state.                                  *)
(***************************************************************************)
NoEvent == [kind |-> "None"]

BeforeTheFirstStep ==
    [stage |-> <<"forward", 0, 1, "cleaning">>,
     up |-> AlreadyUp,
     new |-> [asked |-> NewCount, in_service |-> NewCount, alive |-> NewCount],
     old |-> [asked |-> OldCount, in_service |-> OldCount, alive |-> OldCount],
     traffic |-> NewTraffic,
     settled |-> TRUE,
     cause |-> "none",
     cut |-> "none",
     continued |-> FALSE]

\* Where the old fleet has more than its floor, and is to make room, a step 0 comes
\* first. Its batch is empty: the old fleet is asked for its floor, and bakes.
DrainsFirst == OldFloor < OldFull /\ OldFloor < OldCount

DrainToFloor(d) ==
    [d EXCEPT
        !.stage = <<"forward", 0, 1, "provisioning">>,
        !.old = Ask(@, OldFloor)]

Start ==
    IF DrainsFirst THEN DrainToFloor(BeforeTheFirstStep) ELSE Provision(BeforeTheFirstStep)

Init == deployment = Start /\ event = NoEvent

Occur ==
    /\ event = NoEvent
    /\ \E e \in PossibleEvents(deployment) : event' = e
    /\ UNCHANGED deployment

Advance ==
    /\ event # NoEvent
    /\ deployment' = After(deployment, event)
    /\ event' = NoEvent

Next == Occur \/ Advance

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
(***************************************************************************)
(* What must hold in every state. The names S1 to S9 are those of the      *)
(* design and of the program's own properties.                             *)
(***************************************************************************)

\* The counts make sense: what is in service was asked for, what was asked for may exist.
TypeOK ==
    LET d == deployment
    IN  /\ Direction(d) \in {"forward", "back"}
        /\ Phase(d) \in Phases
        /\ Attempt(d) \in 1..Max(2, MostAttempts)
        /\ 0 <= d.new.in_service /\ d.new.in_service <= d.new.asked
        /\ 0 <= d.old.in_service /\ d.old.in_service <= d.old.asked
        /\ d.new.asked <= d.new.alive /\ d.old.asked <= d.old.alive
        /\ d.traffic \in 0..Whole
        /\ d.cause \in Reasons \union {"none"} /\ d.cut \in Reasons \union {"none"}
        /\ (d.continued => (Phase(d) = "baking" /\ FirstGate > 0 /\ Step(d) >= FirstGate))

NewFits(d, count) == d.traffic <= count * PerNew
OldFits(d, count) == Whole - d.traffic <= count * PerOld

\* A repair may find a fleet that has too little for its traffic. From there on it may
\* have too little.
NewStartedFit == NewTraffic <= NewCount * PerNew
OldStartedFit == OldTraffic <= OldCount * PerOld

\* S1. No fleet is asked to carry more than it is asked to have.
S1_AskedCapacityCarriesAskedShare ==
    /\ (NewStartedFit => NewFits(deployment, deployment.new.asked))
    /\ (OldStartedFit => OldFits(deployment, deployment.old.asked))

\* S2. Everything that was asked for or is alive stays under a ceiling: a batch more
\* than the larger of the fleets, roughly. The old fleet keeps what a share of the
\* traffic needs, so fleets of different size need the rounding below. Where instances may
\* be missing, a batch is the surge and the missing ones, and only the surge is in excess;
\* the way back must not need more, however large its batches could be.
OldFor(new) == InstancesFor(new * PerNew, PerOld)   \* old ones that carry what new ones do
NewFor(old) == InstancesFor(old * PerOld, PerNew)   \* and the other way round

Ceiling ==
    IF NewCount > 0 \/ OldCount # OldFull
    THEN NewCount + OldCount + NewFull
    ELSE IF NewFloor < NewFull
    THEN LET surge == Batch - (NewFull - NewFloor)
         IN  Max(OldFull + surge, NewFull + OldFor(surge))
    ELSE Max(Max(OldFull + Batch, NewFull + OldFor(Batch)),
             Min(OldFull + NewFull, Max(NewFull + BackBatch, OldFull + NewFor(BackBatch))))

\* S17. What is asked for carries all the traffic, each fleet by the part of its floor.
S17_TheFloorCarriesEverything ==
    LET d == deployment
        carried(new, old) == new * PerNew + old * PerOld
    IN  \/ Phase(d) = "rollback failed"
        \/ carried(NewCount, OldCount) < Whole
        \/ carried(d.new.asked, d.old.asked) >= Whole

S2_UnderTheCeiling == deployment.new.alive + deployment.old.alive <= Ceiling

\* S3. All traffic is sent somewhere (of two shares that sum to Whole this is so by
\* their form), and none to a fleet of which nothing is asked for.
S3_NoTrafficToAnEmptyFleet ==
    /\ (deployment.traffic > 0 => deployment.new.asked > 0)
    /\ (deployment.traffic < Whole => deployment.old.asked > 0)

\* S5. An end tells the truth.
S5_AnEndTellsTheTruth ==
    LET d == deployment
    IN  CASE Phase(d) = "succeeded" ->
                /\ d.cause = "none"
                /\ d.settled
                /\ d.traffic = Whole
                /\ d.new.asked = NewFull
                /\ d.old.asked = 0
          [] Phase(d) = "rolled back" ->
                /\ d.cause # "none"
                /\ d.settled
                /\ d.traffic = NewTraffic
                /\ d.old.asked = OldCount
                /\ d.new.asked <= Max(NewCount, InstancesFor(NewTraffic, PerNew))
          [] Phase(d) = "rollback failed" -> d.cause # "none" /\ d.cut # "none"
          [] OTHER -> d.cut = "none" /\ (d.cause = "none") = IsForward(d)

-----------------------------------------------------------------------------
(***************************************************************************)
(* What must hold of every step: of a deployment d, an event e, and the    *)
(* deployment `after` it.                                                  *)
(***************************************************************************)

\* S1. Traffic moves only to what is in service...
RaisedShareIsCovered(d, after) ==
    \/ Phase(after) = "rollback failed"    \* there it is seen, not asked for
    \/ /\ ((after.traffic > d.traffic /\ NewStartedFit) => NewFits(after, after.new.in_service))
       /\ ((after.traffic < d.traffic /\ OldStartedFit) => OldFits(after, after.old.in_service))

\* ...and capacity in service is given up only where it is idle by the split that was
\* asked for before the step: until a shift is seen, either may be the real one.
LoweredAskStillFits(d, after) ==
    /\ (after.new.asked < Min(d.new.asked, d.new.in_service) => NewFits(d, after.new.asked))
    /\ (after.old.asked < Min(d.old.asked, d.old.in_service) => OldFits(d, after.old.asked))

\* S4. Once the deployment has turned, nothing more is done for the new fleet.
NothingMoreForTheNewFleet(d, after) ==
    \/ IsForward(after)
    \/ /\ after.new.asked <= d.new.asked
       /\ \/ Phase(after) = "rollback failed"
          \/ (after.traffic <= d.traffic /\ after.old.asked >= d.old.asked)

IsTrip(d, e) ==
    /\ e.kind = "AlarmsRead"
    /\ e.stage = d.stage
    /\ Phase(d) = "baking"
    /\ IsTripped(e.readings)

ATripTurnsBack(d, e, after) ==
    (IsTrip(d, e) => (Direction(after) = "back" /\ after.cause = "alarm"))

\* S5. An end that nothing cut short leaves nothing over.
ACleanEndLeavesNothing(d, after) ==
    ((HasEnded(after) /\ ~HasEnded(d) /\ after.cut = "none") => IsClean(after))

\* S6. A step asks for at most a batch more.
AtMostABatch(d, after) ==
    /\ after.new.asked <= d.new.asked + Batch
    /\ after.old.asked <= d.old.asked + BackBatch

\* S7. Old capacity in service is given up only when a whole batch has baked for its
\* whole interval, and a reading after it was quiet.
IsGoodBake(d, e) ==
    /\ e.kind = "AlarmsRead"
    /\ e.stage = d.stage
    /\ Phase(d) = "baking"
    /\ e.after_interval
    /\ IsQuiet(e.readings)
    /\ NewFits(d, d.new.in_service)
    /\ ~AwaitsContinuation(d)

OldIsGivenUpOnlyAfterAGoodBake(d, e, after) ==
    (after.old.asked < Min(d.old.asked, d.old.in_service) => IsGoodBake(d, e))

\* S8. An event that comes again changes nothing; one of another stage never does.
RepeatedEventsChangeNothing(e, after) == After(after, e) = after

StaleEventsChangeNothing(d, e, after) == (~Belongs(d, e) => after = d)

\* S18. Only what is about exactly its stage continues a gate, and that lapses with it.
OnlyItsOwnEventContinuesAGate(d, e, after) ==
    ((after.continued /\ ~d.continued)
        => (AwaitsContinuation(d) /\ e.stage = d.stage /\ after.stage = d.stage
            /\ e.kind \in {"Continued", "GateElapsed"}))

\* S9. Past its deadline a deployment goes forward no further.
NothingForwardAfterTheDeadline(d, e, after) ==
    ((e = [kind |-> "DeadlineElapsed", direction |-> Direction(d)])
        => (Direction(after) = "back" \/ HasEnded(after)))

\* What is due in the world: the stage that says so, the counts and the traffic. Which
\* alarms are read and which timers run, the stage alone says.
Due(d) == <<d.stage, d.new.asked, d.old.asked, d.traffic>>

IsLater(stage, than) ==
    LET Place(p) == CHOOSE i \in 1..Len(PhasesInOrder) : PhasesInOrder[i] = p
        InOrder(s) == <<IF s[1] = "forward" THEN 1 ELSE 2, s[2], s[3], Place(s[4])>>
        a == InOrder(stage)
        b == InOrder(than)
    IN  \E i \in 1..4 : a[i] > b[i] /\ \A j \in 1..(i - 1) : a[j] = b[j]

\* No stage ever has two different commands: a step leaves what is due as it is, or
\* enters a later stage. So a world that remembers the latest stage of a command can
\* refuse the commands of earlier ones, and a repeated command changes nothing.
NoStageHasTwoCommands(d, after) == Due(after) = Due(d) \/ IsLater(after.stage, d.stage)

\* And an end is the end.
AnEndIsTheEnd(d, after) == (HasEnded(d) => Phase(after) = Phase(d))

EveryStepIsRight(d, e, after) ==
    /\ RaisedShareIsCovered(d, after)
    /\ LoweredAskStillFits(d, after)
    /\ NothingMoreForTheNewFleet(d, after)
    /\ ATripTurnsBack(d, e, after)
    /\ ACleanEndLeavesNothing(d, after)
    /\ AtMostABatch(d, after)
    /\ OldIsGivenUpOnlyAfterAGoodBake(d, e, after)
    /\ RepeatedEventsChangeNothing(e, after)
    /\ StaleEventsChangeNothing(d, e, after)
    /\ NothingForwardAfterTheDeadline(d, e, after)
    /\ OnlyItsOwnEventContinuesAGate(d, e, after)
    /\ NoStageHasTwoCommands(d, after)
    /\ AnEndIsTheEnd(d, after)

\* Once an event has occurred, the step to come is a function of the state. So what
\* must hold of every step is an invariant as well.
StepsAreRight ==
    IF event = NoEvent THEN TRUE
    ELSE EveryStepIsRight(deployment, event, After(deployment, event))
=============================================================================
