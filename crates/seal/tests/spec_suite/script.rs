//! One script of the suite, run in three worlds at once: unsealed on Wasmtime, sealed on Wasmtime, sealed on wasmi.

use std::collections::BTreeMap;

use seal::{CheckError, Import, MemoryRule, Policy, SealError, check, seal};
use wast::parser::{self, ParseBuffer};
use wast::token::{Id, Span};
use wast::{QuoteWat, Wast, WastDirective, WastExecute, WastInvoke};

use crate::furnish::{Furnished, START, StartFunction, furnish};
use crate::on_wasmi::OnWasmi;
use crate::on_wasmtime::OnWasmtime;
use crate::rules::{Rule, Verdict, is_alike_but_for_nans, judge};
use crate::tally::Tally;
use crate::value::{End, Expected, arguments};
use crate::world::World;

/// Counted like a hazard: a module beyond one of the limits of `crates/seal/src/limits.rs`.
const TOO_LARGE: &str = "too large";

/// Bytes at either end of a memory that are compared.
const COMPARED_BYTES: usize = 1 << 20;

/// Scripts of proposals as they were before WebAssembly 2.0 call these invalid; 2.0 does not.
const VALID_SINCE: [&str; 2] = [
    // Unreachable code may branch to labels of several types.
    "reference-types/unreached-invalid.wast:539",
    // A module may have several tables.
    "threads/imports.wast:317",
];

/// The three worlds and the instances of one script.
struct Script<'t> {
    tally: &'t mut Tally,
    file: &'t str,
    text: &'t str,
    plain: OnWasmtime,
    sealed: [Box<dyn World>; 2],
    /// wasmi without sealing, to tell its own differences from those of sealing.
    wasmi_unsealed: Option<OnWasmi>,
    instances: Vec<Instance>,
    /// Bytes of modules that are defined and not yet instantiated.
    definitions: BTreeMap<String, Vec<u8>>,
    named: BTreeMap<String, usize>,
    registered: BTreeMap<String, usize>,
    current: Option<usize>,
}

/// A module of the script that it instantiated, or tried to.
struct Instance {
    plain: Option<usize>,
    /// Its numbers in the sealed worlds. Nothing if it was refused, needs one that was, or failed as the script expects.
    sealed: Option<[usize; 2]>,
    wasmi_unsealed: Option<usize>,
    /// Instances that it imports from.
    needs: Vec<usize>,
    /// Whether a refused module imports from it: what that one does to it, only the unsealed world knows.
    is_shared: bool,
}

/// What an action did in each world, and to which instance of it.
struct Outcome {
    plain: (Option<usize>, End),
    sealed: (Option<[usize; 2]>, [End; 2]),
}

/// Runs the script `text` of `file`.
pub(crate) fn run(tally: &mut Tally, file: &str, text: &str, with_wasmi_unsealed: bool) {
    let mut lexer = wast::lexer::Lexer::new(text);
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer).unwrap_or_else(|error| panic!("{file}: {error}"));
    let script = parser::parse::<Wast<'_>>(&buffer).unwrap_or_else(|error| panic!("{file}: {error}"));
    tally.files += 1;
    let mut run = Script {
        tally,
        file,
        text,
        plain: OnWasmtime::new(),
        sealed: [Box::new(OnWasmtime::new()), Box::new(OnWasmi::new())],
        wasmi_unsealed: with_wasmi_unsealed.then(OnWasmi::new),
        instances: Vec::new(),
        definitions: BTreeMap::new(),
        named: BTreeMap::new(),
        registered: BTreeMap::new(),
        current: None,
    };
    for directive in script.directives {
        run.directive(directive);
    }
}

impl Script<'_> {
    fn directive(&mut self, directive: WastDirective<'_>) {
        match directive {
            WastDirective::Module(mut module) => {
                let (name, span) = (module.name(), module.span());
                let bytes = self.encode(&mut module, span);
                self.instantiate(&bytes, name, span, &Expected::Nothing);
            }
            WastDirective::ModuleDefinition(mut module) => {
                let (name, span) = (module.name(), module.span());
                let bytes = self.encode(&mut module, span);
                self.definitions.insert(key(name), bytes);
            }
            WastDirective::ModuleInstance { span, instance, module } => {
                let bytes = self.definitions.get(&key(module)).expect("defined before").clone();
                self.instantiate(&bytes, instance, span, &Expected::Nothing);
            }
            WastDirective::Register { name, module, .. } => {
                if let Some(instance) = self.find(module) {
                    self.register(name, instance);
                }
            }
            WastDirective::Invoke(call) => self.invoke(&call, &Expected::Nothing),
            WastDirective::AssertReturn { exec, results, .. } => self.execute(exec, &Expected::Return(&results)),
            WastDirective::AssertTrap { exec, message, .. } => self.execute(exec, &Expected::Trap(message)),
            WastDirective::AssertException { exec, .. } => self.execute(exec, &Expected::Trap("")),
            WastDirective::AssertSuspension { exec, .. } => self.execute(exec, &Expected::Trap("")),
            WastDirective::AssertExhaustion { call, .. } => self.invoke(&call, &Expected::Exhaustion),
            WastDirective::AssertUnlinkable { span, module, .. } => {
                let bytes = self.encode(&mut QuoteWat::Wat(module), span);
                self.instantiate(&bytes, None, span, &Expected::Unlinkable);
            }
            WastDirective::AssertInvalid { span, module, .. } | WastDirective::AssertMalformed { span, module, .. } => {
                self.invalid(module, span);
            }
            WastDirective::AssertInvalidCustom { .. } | WastDirective::AssertMalformedCustom { .. } => {
                self.tally.custom += 1;
            }
            // Threads of a script share a memory, which is refused; so are all actions on them.
            WastDirective::Thread(thread) => {
                for directive in thread.directives {
                    self.directive(directive);
                }
            }
            WastDirective::Wait { .. } => {}
        }
    }

    fn encode(&self, module: &mut QuoteWat<'_>, span: Span) -> Vec<u8> {
        module.encode().unwrap_or_else(|error| panic!("{}: {error}", self.place(span)))
    }

    fn execute(&mut self, execute: WastExecute<'_>, expected: &Expected<'_>) {
        match execute {
            WastExecute::Invoke(call) => self.invoke(&call, expected),
            WastExecute::Wat(module) => {
                let span = module.span();
                let bytes = self.encode(&mut QuoteWat::Wat(module), span);
                self.instantiate(&bytes, None, span, expected);
            }
            WastExecute::Get { span, module, global } => {
                self.act(module, span, global, expected, &mut |world, instance| {
                    world.get(instance, global).map_or(End::NoSuchExport, |value| End::Done(vec![value]))
                });
            }
        }
    }

    fn invoke(&mut self, call: &WastInvoke<'_>, expected: &Expected<'_>) {
        let args = arguments(&call.args);
        self.act(call.module, call.span, call.name, expected, &mut |world, instance| {
            world.call(instance, call.name, &args)
        });
    }

    /// Does the same to an instance in every world and compares.
    fn act(
        &mut self,
        module: Option<Id<'_>>,
        span: Span,
        what: &str,
        expected: &Expected<'_>,
        action: &mut dyn FnMut(&mut dyn World, usize) -> End,
    ) {
        self.tally.actions += 1;
        let Some(number) = self.find(module) else {
            self.tally.on_refused += 1;
            return;
        };
        let instance = &self.instances[number];
        let (Some(plain), Some(sealed)) = (instance.plain, instance.sealed) else {
            self.tally.on_refused += 1;
            return;
        };
        let unsealed = instance.wasmi_unsealed;
        if self.is_shared(number) {
            self.tally.on_shared += 1;
            return;
        }
        self.refill(number);
        let end = action(&mut self.plain, plain);
        let ends = [0, 1].map(|engine| action(&mut *self.sealed[engine], sealed[engine]));
        if let (Some(world), Some(instance)) = (&mut self.wasmi_unsealed, unsealed) {
            let other = action(world, instance);
            self.count_wasmi_unsealed(&end, &other, span, what);
        }
        let is_done = matches!(end, End::Done(_));
        self.compare(&Outcome { plain: (Some(plain), end), sealed: (Some(sealed), ends) }, span, what, expected);
        if !is_done {
            (0..self.instances.len()).for_each(|number| self.refill(number));
        }
    }

    /// Seals a module and instantiates it in every world.
    fn instantiate(&mut self, bytes: &[u8], name: Option<Id<'_>>, span: Span, expected: &Expected<'_>) {
        self.tally.modules += 1;
        self.tally.actions += 1;
        let furnish = |start_function| furnish(bytes, start_function);
        let (Some(furnished), Some(visible)) = (furnish(StartFunction::Exported), furnish(StartFunction::Stays)) else {
            panic!("{}: cannot be read", self.place(span));
        };
        let needs = self.needs_of(&furnished);
        let mut instance = Instance { plain: None, sealed: None, wasmi_unsealed: None, needs, is_shared: false };
        self.tally.sealed_as_they_are += u32::from(seal(bytes, &Policy::STANDARD).is_ok());
        let result = seal_furnished(&furnished);
        let (plain, plain_end) = number_and_end(self.plain.instantiate(&visible.bytes));
        instance.plain = plain;
        match result {
            Err(error) => {
                let hazard = self.hazard(&error, span);
                *self.tally.refused.entry(hazard).or_default() += 1;
                self.tally.on_refused += 1;
                self.share(&instance.needs);
            }
            Ok(_) if instance.needs.iter().any(|need| self.instances[*need].sealed.is_none()) => {
                self.tally.sealed += 1;
                self.tally.needs_refused += 1;
                self.tally.on_refused += 1;
                self.share(&instance.needs);
            }
            Ok(sealed) => {
                self.tally.sealed += 1;
                let both = [0, 1].map(|engine| {
                    let world = &mut *self.sealed[engine];
                    let (number, end) = number_and_end(world.instantiate(&sealed));
                    (number, start(world, number, end, furnished.has_start))
                });
                let numbers = if let [(Some(one), _), (Some(other), _)] = both { Some([one, other]) } else { None };
                let ends = both.map(|(_, end)| end);
                if let Some(world) = &mut self.wasmi_unsealed {
                    let (number, end) = number_and_end(world.instantiate(bytes));
                    instance.wasmi_unsealed = number;
                    self.count_wasmi_unsealed(&plain_end, &end, span, "instantiation");
                }
                let outcome = Outcome { plain: (plain, plain_end), sealed: (numbers, ends) };
                self.compare(&outcome, span, "instantiation", expected);
                instance.sealed = numbers;
            }
        }
        let number = self.instances.len();
        self.instances.push(instance);
        if matches!(expected, Expected::Nothing) {
            if let Some(id) = name {
                self.named.insert(id.name().to_string(), number);
            }
            self.current = Some(number);
        }
    }

    /// A module that the suite says is invalid or malformed: whatever of it has bytes must not be sealed.
    fn invalid(&mut self, mut module: QuoteWat<'_>, span: Span) {
        let Ok(bytes) = module.encode() else {
            self.tally.text_only += 1;
            return;
        };
        self.tally.invalid += 1;
        if check(&bytes, &Policy::STANDARD).is_err() {
            assert!(seal(&bytes, &Policy::STANDARD).is_err(), "{}", self.place(span));
            self.tally.malformed += 1;
            return;
        }
        let furnished = furnish(&bytes, StartFunction::Exported).expect("it is valid under some feature set");
        match seal_furnished(&furnished) {
            Err(error) => {
                let hazard = self.hazard(&error, span);
                *self.tally.invalid_by_hazard.entry(hazard).or_default() += 1;
            }
            Ok(_) if VALID_SINCE.contains(&self.place(span).as_str()) => self.tally.valid_since += 1,
            Ok(_) => self.unexplained(span, "is invalid and was sealed"),
        }
    }

    /// Counts what each engine did with the sealed module, and compares the two to the last byte.
    fn compare(&mut self, outcome: &Outcome, span: Span, what: &str, expected: &Expected<'_>) {
        let Outcome { plain: (plain_instance, plain), sealed: (instances, ends) } = outcome;
        self.tally.compared += 1;
        if !expected.is_met(plain) {
            self.unexplained(span, &format!("{what}: unsealed {plain:?}, the script expects {expected:?}"));
        }
        for (engine, name) in ["wasmtime", "wasmi"].into_iter().enumerate() {
            let stop = instances.map_or(0, |instances| self.sealed[engine].stop(instances[engine]));
            let verdict = judge(plain, &ends[engine], stop);
            if self.tally.verdict(engine, verdict) {
                self.unexplained(span, &format!("{what}: unsealed {plain:?}, sealed on {name} {:?}", ends[engine]));
            }
            let is_met = expected.is_met(&ends[engine]);
            self.tally.met[engine] += u32::from(is_met);
            if !is_met && verdict != Verdict::Explained(Rule::DepthInsteadOfOverflow) {
                self.unexplained(span, &format!("{what}: sealed on {name} {:?}, expected {expected:?}", ends[engine]));
            }
        }
        if ends[0] != ends[1] {
            self.unexplained(span, &format!("{what}: the engines differ: {ends:?}"));
        }
        if let Some(instances) = instances {
            self.compare_state(*plain_instance, instances, span, what);
        }
    }

    /// Globals and memory of the two sealed instances, and the memory of the unsealed one where it exports it.
    fn compare_state(&mut self, plain: Option<usize>, instances: &[usize; 2], span: Span, what: &str) {
        let [one, other] = [0, 1].map(|engine| self.sealed[engine].globals(instances[engine]));
        if one != other {
            self.unexplained(span, &format!("{what}: the globals differ: {one:?} and {other:?}"));
        }
        let [one, other] = [0, 1].map(|engine| self.sealed[engine].memory(instances[engine]));
        let plain = plain.map_or(&[][..], |plain| self.plain.memory(plain));
        let (differs, differs_from_plain) = (!is_same_memory(one, other), !is_same_memory(plain, one));
        let has_memory = !plain.is_empty();
        self.tally.memories += u32::from(has_memory);
        if differs {
            self.unexplained(span, &format!("{what}: the memories differ"));
        }
        if has_memory && differs_from_plain {
            self.unexplained(span, &format!("{what}: the memory is not the unsealed one's"));
        }
    }

    fn count_wasmi_unsealed(&mut self, plain: &End, other: &End, span: Span, what: &str) {
        if plain == other || is_alike_but_for_nans(plain, other) {
            self.tally.wasmi_unsealed += 1;
        } else {
            println!("{}: {what}: unsealed {plain:?}, on wasmi {other:?}", self.place(span));
        }
    }

    /// The hazard that a module is refused for. It must be documented.
    fn hazard(&mut self, error: &SealError, span: Span) -> &'static str {
        match error {
            SealError::Refused { first, .. } => {
                let code = first.reason.code();
                if !include_str!("../../../../spec/seal.md").contains(&format!("`{code}`")) {
                    self.unexplained(span, &format!("{code} is not documented"));
                }
                code
            }
            SealError::Check(CheckError::TooLarge(_)) => TOO_LARGE,
            SealError::Check(_) | SealError::OutputInvalid { .. } => {
                self.unexplained(span, &format!("not sealed: {error}"));
                "fault"
            }
        }
    }

    fn register(&mut self, name: &str, number: usize) {
        self.registered.insert(name.into(), number);
        let instance = &self.instances[number];
        if let Some(plain) = instance.plain {
            self.plain.register(name, plain);
        }
        if let Some(sealed) = instance.sealed {
            (0..2).for_each(|engine| self.sealed[engine].register(name, sealed[engine]));
        }
        if let (Some(world), Some(number)) = (&mut self.wasmi_unsealed, instance.wasmi_unsealed) {
            world.register(name, number);
        }
    }

    fn find(&self, module: Option<Id<'_>>) -> Option<usize> {
        module.map_or(self.current, |id| self.named.get(id.name()).copied())
    }

    /// The instances that a module imports from.
    fn needs_of(&self, module: &Furnished) -> Vec<usize> {
        module.imports.iter().filter_map(|import| self.registered.get(&import.module).copied()).collect()
    }

    fn share(&mut self, needs: &[usize]) {
        for need in needs {
            if !self.instances[*need].is_shared {
                self.instances[*need].is_shared = true;
                let further = self.instances[*need].needs.clone();
                self.share(&further);
            }
        }
    }

    fn is_shared(&self, number: usize) -> bool {
        let instance = &self.instances[number];
        instance.is_shared || instance.needs.iter().any(|need| self.is_shared(*need))
    }

    fn refill(&mut self, number: usize) {
        if let Some(sealed) = self.instances[number].sealed {
            (0..2).for_each(|engine| self.sealed[engine].refill(sealed[engine], Policy::STANDARD.depth_limit));
        }
    }

    fn unexplained(&mut self, span: Span, what: &str) {
        let place = self.place(span);
        self.tally.unexplained.push(format!("{place}: {what}"));
    }

    fn place(&self, span: Span) -> String {
        format!("{}:{}", self.file, span.linecol_in(self.text).0 + 1)
    }
}

/// Seals with every function import allowed, memory that may grow as far as WebAssembly lets it, and the standard rest.
fn seal_furnished(module: &Furnished) -> Result<Vec<u8>, SealError> {
    let functions = module.imports.iter().filter(|import| import.is_function);
    let allowed: Vec<Import<'_>> =
        functions.map(|import| Import { module: &import.module, name: &import.name }).collect();
    let memory = MemoryRule::Capped { max_pages: 65_536 };
    seal(&module.bytes, &Policy { allowed_imports: &allowed, memory, ..Policy::STANDARD }).map(|sealed| sealed.bytes)
}

/// Calls what was the start function.
fn start(world: &mut dyn World, number: Option<usize>, end: End, has_start: bool) -> End {
    let Some(number) = number else { return end };
    world.refill(number, Policy::STANDARD.depth_limit);
    if has_start { world.call(number, START, &[]) } else { end }
}

fn number_and_end(result: Result<usize, End>) -> (Option<usize>, End) {
    match result {
        Ok(number) => (Some(number), End::Done(Vec::new())),
        Err(end) => (None, end),
    }
}

fn key(id: Option<Id<'_>>) -> String {
    id.map(|id| id.name().to_string()).unwrap_or_default()
}

fn is_same_memory(one: &[u8], other: &[u8]) -> bool {
    let part = one.len().min(COMPARED_BYTES);
    one.len() == other.len() && one[..part] == other[..part] && one[one.len() - part..] == other[other.len() - part..]
}
