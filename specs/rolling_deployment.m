-- A rolling deployment of an endpoint, as guarded rules on variables.
--
-- The same machine as in RollingDeployment.tla, told another way: there a state is
-- a value and a step is a function; here the state is a set of variables, and a rule
-- changes them. And while the TLA+ text tells the two directions apart wherever they
-- differ, here the two fleets are two sides, of which one receives the traffic and
-- the other drains: going back is the same walk with the sides swapped.
--
-- The language is Murphi's; the checker is rumur, which turns this text into a C
-- program that visits every state. `:=` assigns, `=` compares, `->` is "implies".
-- A rule whose guard holds may fire; which one does is the world's choice.
--
-- No event here is stale: a rule fires in the stage that it is about. (That stale
-- events change nothing is checked of the TLA+ text and of the program.)

const
  -- The update. What the names mean is said in RollingDeployment.tla.
  NewFull: 3;
  OldFull: 3;
  NewCount: 0;
  OldCount: 3;
  NewTraffic: 0;
  Batch: 1;
  FirstShift: 1;
  NextShift: 1;
  BackBatch: 1;
  CleansEachStep: 1; -- 1 is yes, 0 is no, here and below
  TerminationWait: 0;
  NewFloor: 3;
  OldFloor: 3;
  FirstGate: 0;
  GateTurnsBack: 0;

  -- What may go wrong.
  AlarmsTrip: 1;
  OperationsFail: 1;
  DeadlinesElapse: 1;
  StopsAreRequested: 1;
  MostAttempts: 1;

  -- No count of instances is larger than this, and no step later.
  Most: 5;
  LastStep: 8;

  -- All traffic, in units of which an instance of either fleet carries whole ones.
  Whole: NewFloor * OldFloor;

  -- No stage has a larger number: see `stage_number`.
  LastStage: 2 * (LastStep + 1) * (Most + 2) * 7;

type
  Side: enum { New, Old };
  Direction: enum { Forward, Back };
  Phase: enum { Provisioning, Shifting, Baking, Cleaning, Succeeded, RolledBack, RollbackFailed };
  Operation: enum { Provision, Shift, CleanUp };
  Reading: enum { Ok, Alarm, InsufficientData, Unreadable };
  Reason: enum { Nothing, AnAlarm, AFailure, ADeadline, AStop, AGate };

  Count: 0 .. Most;
  Units: 0 .. Whole;

  -- Asked for; counted as in service; counted as alive.
  Fleet: record
    asked: Count;
    in_service: Count;
    alive: Count;
  end;

  -- What is due in the world: the counts to have, the traffic to send, and the stage
  -- that says so. Which alarms are read and which timers run, the stage alone says.
  Due: record
    stage: 0 .. LastStage;
    new_asked: Count;
    old_asked: Count;
    traffic: Units;
  end;

var
  direction: Direction;
  step: 0 .. LastStep;
  attempt: 1 .. Most + 1;
  phase: Phase;
  up: Count; -- how far the receiving side has come, in its own instances
  fleets: array [Side] of Fleet;
  traffic: Units; -- the new side's; the old side has the rest
  settled: boolean;
  cause: Reason;
  cut: Reason;
  continued: boolean; -- the gate of this bake was continued

------------------------------------------------------------------------------
-- Arithmetic, and what is known of the two sides.

function min(a: 0 .. 2 * Whole + Most; b: 0 .. 2 * Whole + Most): 0 .. 2 * Whole + Most;
begin
  return a < b ? a : b;
end;

function max(a: 0 .. 2 * Whole + Most; b: 0 .. 2 * Whole + Most): 0 .. 2 * Whole + Most;
begin
  return a < b ? b : a;
end;

-- The units that one instance of a side carries.
function per(s: Side): Units;
begin
  return s = New ? OldFloor : NewFloor;
end;

-- The least instances of a side that carry so many units: the one place that rounds.
function needed(s: Side; units: Units): Count;
begin
  return (units + per(s) - 1) / per(s);
end;

function full(s: Side): Count;
begin
  return s = New ? NewFull : OldFull;
end;

-- The least instances of a side that must carry all the traffic.
function floor(s: Side): Count;
begin
  return s = New ? NewFloor : OldFloor;
end;

function count_at_start(s: Side): Count;
begin
  return s = New ? NewCount : OldCount;
end;

function traffic_at_start(s: Side): Units;
begin
  return s = New ? NewTraffic : Whole - NewTraffic;
end;

function traffic_of(s: Side): Units;
begin
  return s = New ? traffic : Whole - traffic;
end;

function receiving(): Side;
begin
  return direction = Forward ? New : Old;
end;

function draining(): Side;
begin
  return direction = Forward ? Old : New;
end;

-- How far the receiving side goes: the new one to its full count, the old one back to
-- what it was.
function goal(): Count;
begin
  return direction = Forward ? NewFull : OldCount;
end;

function ended(): boolean;
begin
  return phase = Succeeded | phase = RolledBack | phase = RollbackFailed;
end;

------------------------------------------------------------------------------
-- The plan, which is not stored.

-- Steps forward: those that shift, and the further wait that blue/green may end with.
function steps_forward(): 1 .. LastStep;
var left: 0 .. Most;
    count: 1 .. LastStep;
begin
  count := 1;
  left := NewFull - min(NewFull, min(NewFull, NewCount) + FirstShift);
  while left > 0 do
    left := left - min(left, NextShift);
    count := count + 1;
  end;
  return count + TerminationWait;
end;

function is_last_step(): boolean;
begin
  return direction = Forward ? step = steps_forward() : up = goal();
end;

-- Past this, nothing turns the deployment any more: all traffic has arrived.
function is_committed(): boolean;
begin
  return phase = Cleaning & is_last_step();
end;

function batch_in_service(): boolean;
begin
  if direction = Forward then
    return fleets[New].in_service >= min(fleets[New].asked, NewFull);
  else
    return fleets[Old].in_service >= up;
  end;
end;

-- A gate holds its bake open until it is continued, or its time is over.
function awaits_continuation(): boolean;
begin
  return phase = Baking & FirstGate > 0 & step >= FirstGate & !continued;
end;

function is_clean(): boolean;
begin
  return fleets[New].alive = fleets[New].asked & fleets[Old].alive = fleets[Old].asked;
end;

------------------------------------------------------------------------------
-- What a side is asked for, and what is believed of it: an ask takes time to come true.

procedure ask(s: Side; count: Count);
begin
  fleets[s].asked := count;
  fleets[s].in_service := min(fleets[s].in_service, count);
  fleets[s].alive := max(fleets[s].alive, count);
end;

procedure observe(s: Side; in_service: Count; alive: Count);
begin
  fleets[s].in_service := min(in_service, fleets[s].asked);
  fleets[s].alive := max(alive, fleets[s].asked);
end;

-- A side is asked for no more than its traffic needs, and never for less than `least`.
procedure trim(s: Side; least: Count);
begin
  ask(s, min(fleets[s].asked, max(least, needed(s, traffic_of(s)))));
end;

------------------------------------------------------------------------------
-- What is due, and when.

-- The stage as a number: a later stage has a larger one.
function stage_number(): 0 .. LastStage;
var place: 0 .. 6;
begin
  place := 0;
  for p: Phase do
    if p = phase then
      return (((direction = Forward ? 0 : 1) * (LastStep + 1) + step) * (Most + 2) + attempt) * 7
        + place;
    end;
    place := place + 1;
  end;
end;

function due(): Due;
var now: Due;
begin
  now.stage := stage_number();
  now.new_asked := fleets[New].asked;
  now.old_asked := fleets[Old].asked;
  now.traffic := traffic;
  return now;
end;

-- Every rule ends with this, of what was due when it began.
procedure check(was: Due);
begin
  assert "no stage ever has two different commands"
    due() = was | stage_number() > was.stage;
end;

------------------------------------------------------------------------------
-- The four phases.

procedure provision();
var before: Count;
begin
  before := up;
  if direction = Forward then
    up := min(goal(), up + (step = 0 ? FirstShift : NextShift));
    ask(New, max(fleets[New].asked, min(goal(), before + Batch)));
  else
    up := min(goal(), up + BackBatch);
    ask(Old, max(fleets[Old].asked, up));
  end;
  step := step + 1;
  attempt := 1;
  phase := Provisioning;
end;

-- The receiving side is sent what `up` of its instances carry: never less than it is
-- sent already, and on the way back what it had at the start, at most.
procedure shift();
var was: Units;
    carried: Units;
begin
  was := traffic;
  carried := min(up, floor(receiving())) * per(receiving());
  if direction = Back then
    carried := up = goal() ? traffic_at_start(Old) : min(carried, traffic_at_start(Old));
  end;
  carried := max(carried, traffic_of(receiving()));
  traffic := receiving() = New ? carried : Whole - carried;
  assert "S1: traffic moves only to what is in service"
    traffic = was
    | count_at_start(receiving()) * per(receiving()) < traffic_at_start(receiving())
    | carried <= fleets[receiving()].in_service * per(receiving());
  settled := settled & traffic = was;
  phase := Shifting;
end;

procedure clean_up();
begin
  if direction = Back then
    trim(New, NewCount);
  else
    ask(New, min(fleets[New].asked, NewFull));
    if CleansEachStep = 1 | is_last_step() then
      trim(Old, 0);
    end;
  end;
  phase := Cleaning;
end;

procedure finish(why: Reason);
begin
  cut := why;
  phase := direction = Forward ? Succeeded : RolledBack;
end;

-- A phase with nothing to wait for is over as soon as it has begun. Only the first step
-- back always waits, for a fresh look at the fleets.
procedure proceed();
var going: boolean;
begin
  going := true;
  while going do
    if phase = Provisioning & batch_in_service() & !(direction = Back & step = 1) then
      shift();
    elsif phase = Shifting & settled then
      if direction = Forward then
        phase := Baking;
      else
        clean_up();
      end;
    elsif phase = Cleaning & is_clean() then
      if is_last_step() then
        finish(Nothing);
      else
        provision();
      end;
    else
      going := false;
    end;
  end;
end;

------------------------------------------------------------------------------
-- Turning back, and failing to.

procedure turn_back(why: Reason);
begin
  continued := false;
  direction := Back;
  step := 1;
  attempt := 1;
  up := 0;
  settled := false;
  cause := why;
  trim(New, NewCount);
  phase := Provisioning;
end;

-- What is not in service and carries nothing is asked for no more; unless the
-- split is not known.
procedure hold_the_mix(why: Reason);
begin
  if settled then
    trim(New, fleets[New].in_service);
    trim(Old, fleets[Old].in_service);
  end;
  cut := why;
  phase := RollbackFailed;
end;

procedure go_wrong(why: Reason);
begin
  if !ended() then
    if is_committed() then
      finish(why);
    elsif direction = Forward then
      turn_back(why);
    else
      hold_the_mix(why);
    end;
  end;
end;

------------------------------------------------------------------------------
-- The start.

startstate
begin
  direction := Forward;
  step := 0;
  up := min(NewFull, NewCount);
  for s: Side do
    fleets[s].asked := count_at_start(s);
    fleets[s].in_service := count_at_start(s);
    fleets[s].alive := count_at_start(s);
  end;
  traffic := NewTraffic;
  settled := true;
  cause := Nothing;
  cut := Nothing;
  continued := false;
  if OldFloor < OldFull & OldFloor < OldCount then
    -- Step 0: an empty batch, which makes room for the first one.
    attempt := 1;
    ask(Old, OldFloor);
    phase := Provisioning;
  else
    provision();
  end;
end;

------------------------------------------------------------------------------
-- What is seen. The counts are all that `observe` tells apart, and two that it must
-- bring into bounds: nothing at all, and more than was asked for.

function may_be_seen(s: Side; in_service: Count; alive: Count): boolean;
begin
  return (in_service <= fleets[s].asked & fleets[s].asked <= alive & alive <= fleets[s].alive)
    | (in_service = 0 & alive = 0)
    | (in_service = fleets[s].alive & alive = fleets[s].alive);
end;

ruleset new_serving: Count; new_alive: Count; old_serving: Count; old_alive: Count do
  rule "the fleets are seen"
    may_be_seen(New, new_serving, new_alive)
    & may_be_seen(Old, old_serving, old_alive)
    & (phase != Baking | attempt < MostAttempts | new_serving >= min(fleets[New].asked, NewFull))
  ==>
  var was: Due;
  begin
    was := due();
    observe(New, new_serving, new_alive);
    observe(Old, old_serving, old_alive);
    if phase = Baking & !batch_in_service() then
      continued := false;
      attempt := attempt + 1;
      phase := Provisioning;
    else
      if phase = Provisioning & direction = Back & step = 1 then
        -- The first batch back is what is there.
        up := min(goal(), fleets[Old].in_service);
        shift();
      end;
      proceed();
    end;
    check(was);
  end;
end;

-- A split that can have been asked for, and that the instances asked for can carry.
ruleset units: Units do
  rule "the split has settled"
    units = traffic
    | ((units % per(New) = 0 | (Whole - units) % per(Old) = 0 | units = NewTraffic)
       & units <= fleets[New].asked * per(New)
       & Whole - units <= fleets[Old].asked * per(Old))
  ==>
  var was: Due;
  begin
    was := due();
    if !settled & units = traffic then
      settled := true;
      proceed();
    elsif !settled & phase = RollbackFailed & attempt = 1 then
      -- The shift that was under way was not made. Look again before believing it.
      traffic := units;
      attempt := 2;
    end;
    check(was);
  end;
end;

------------------------------------------------------------------------------
-- Alarms and deadlines.

ruleset reading: Reading; after_interval: boolean do
  rule "the alarm is read"
    reading = Alarm -> AlarmsTrip = 1
  ==>
  var was: Due;
  begin
    was := due();
    if phase = Baking then
      if reading = Alarm then
        turn_back(AnAlarm);
      elsif reading != Unreadable & after_interval & batch_in_service()
            & !awaits_continuation() then
        assert "S7: old capacity goes only after a good bake"
          fleets[New].in_service * per(New) >= traffic
          | NewCount * per(New) < NewTraffic;
        continued := false;
        clean_up();
        proceed();
      end;
    end;
    check(was);
  end;
end;

rule "somebody continues the gate"
  FirstGate > 0
==>
var was: Due;
begin
  was := due();
  continued := continued | awaits_continuation();
  check(was);
end;

rule "the time of the gate is over"
  FirstGate > 0
==>
var was: Due;
begin
  was := due();
  if awaits_continuation() then
    if GateTurnsBack = 1 then
      turn_back(AGate);
    else
      continued := true;
    end;
  end;
  check(was);
end;

ruleset of_direction: Direction do
  rule "a deadline has elapsed"
    DeadlinesElapse = 1
  ==>
  var was: Due;
  begin
    was := due();
    if of_direction = direction then
      go_wrong(ADeadline);
    end;
    check(was);
  end;
end;

------------------------------------------------------------------------------
-- Failures and stops.

-- Going forward, whatever cannot be done matters; of the last cleanup and of the way
-- back, only what the end depends on.
function matters(operation: Operation; s: Side): boolean;
begin
  return (direction = Forward & !is_committed())
    | (phase = Provisioning & operation = Provision & s = Old)
    | (phase = Shifting & operation = Shift)
    | (phase = Cleaning & operation = CleanUp);
end;

ruleset operation: Operation; s: Side do
  rule "an operation has failed"
    OperationsFail = 1
  ==>
  var was: Due;
  begin
    was := due();
    if matters(operation, s) then
      go_wrong(AFailure);
    end;
    check(was);
  end;
end;

rule "a stop is requested"
  StopsAreRequested = 1
==>
var was: Due;
begin
  was := due();
  if direction = Forward then
    go_wrong(AStop);
  end;
  check(was);
end;

------------------------------------------------------------------------------
-- What must hold.

invariant "the counts make sense"
  forall s: Side do
    fleets[s].in_service <= fleets[s].asked & fleets[s].asked <= fleets[s].alive
  end;

invariant "S1: asked capacity carries the asked share"
  forall s: Side do
    count_at_start(s) * per(s) >= traffic_at_start(s)
      -> traffic_of(s) <= fleets[s].asked * per(s)
  end;

invariant "S2: under the ceiling"
  fleets[New].alive + fleets[Old].alive <=
    (NewCount > 0 | OldCount != OldFull
      ? NewCount + OldCount + NewFull
      : (NewFloor < NewFull
         ? max(OldFull + Batch + NewFloor - NewFull,
               NewFull + needed(Old, (Batch + NewFloor - NewFull) * per(New)))
         : max(max(OldFull + Batch, NewFull + needed(Old, Batch * per(New))),
               min(OldFull + NewFull,
                   max(NewFull + BackBatch, OldFull + needed(New, BackBatch * per(Old)))))));

invariant "S3: no traffic to a side that is asked for nothing"
  forall s: Side do
    traffic_of(s) > 0 -> fleets[s].asked > 0
  end;

invariant "S17: what is asked for carries all the traffic"
  phase = RollbackFailed
  | NewCount * per(New) + OldCount * per(Old) < Whole
  | fleets[New].asked * per(New) + fleets[Old].asked * per(Old) >= Whole;

invariant "S18: only a bake at a gate is continued"
  continued -> phase = Baking & FirstGate > 0 & step >= FirstGate;

invariant "S5: success is told truly"
  phase = Succeeded ->
    settled & cause = Nothing & traffic = Whole
    & fleets[New].asked = NewFull & fleets[Old].asked = 0;

invariant "S5: a rollback is told truly"
  phase = RolledBack ->
    settled & cause != Nothing & traffic = NewTraffic & fleets[Old].asked = OldCount;

invariant "S5: a failed rollback has two causes"
  phase = RollbackFailed -> cause != Nothing & cut != Nothing;

invariant "S5: what has not ended was not cut short, and has turned if it has a cause"
  !ended() -> cut = Nothing & ((cause = Nothing) = (direction = Forward));

-- So no clean end can leave anything over, and no cleanup waits for nothing.
invariant "S5: a cleanup is over exactly when nothing is left over"
  phase = Cleaning -> !is_clean();

-- From every state there is a way to an end.
liveness "every deployment can end"
  ended();
