//! What is counted, and how it is printed.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::rules::{Rule, Verdict};

/// Counts of one directory of the suite.
#[derive(Default, Debug)]
pub(crate) struct Tally {
    pub(crate) files: u32,
    /// Files whose text has been seen in another directory.
    pub(crate) seen_before: u32,
    /// Modules that a script instantiates, or tries to.
    pub(crate) modules: u32,
    /// Of those, sealed as they are under the standard policy.
    pub(crate) sealed_as_they_are: u32,
    /// Of those, sealed once furnished.
    pub(crate) sealed: u32,
    /// Refused once furnished, by the first hazard.
    pub(crate) refused: BTreeMap<&'static str, u32>,
    /// Sealed, but importing from a module that was refused.
    pub(crate) needs_refused: u32,
    /// Instantiations, calls and reads of globals that the scripts make.
    pub(crate) actions: u32,
    /// Of those, on modules that were refused or need one that was.
    pub(crate) on_refused: u32,
    /// Of those, on instances whose exports a refused module imports.
    pub(crate) on_shared: u32,
    /// Of those, compared.
    pub(crate) compared: u32,
    /// Comparisons of the memory with the unsealed module's, where that exports it.
    pub(crate) memories: u32,
    /// Agreeing with the unsealed module: Wasmtime, wasmi.
    pub(crate) agreeing: [u32; 2],
    /// Differing by a rule: Wasmtime, wasmi.
    pub(crate) explained: BTreeMap<Rule, [u32; 2]>,
    /// What the script itself expects is met: Wasmtime, wasmi.
    pub(crate) met: [u32; 2],
    /// `assert_invalid` and `assert_malformed` whose module has bytes.
    pub(crate) invalid: u32,
    /// Of those, not valid under any feature set.
    pub(crate) malformed: u32,
    /// Of those, valid under some feature set and refused by a hazard.
    pub(crate) invalid_by_hazard: BTreeMap<&'static str, u32>,
    /// Of those, valid in a later edition of the specification and refused by nothing.
    pub(crate) valid_since: u32,
    /// Text that the parser of the text format refuses, so that there are no bytes.
    pub(crate) text_only: u32,
    /// Assertions about the contents of custom sections.
    pub(crate) custom: u32,
    /// Agreeing with the unsealed module on wasmi, unsealed.
    pub(crate) wasmi_unsealed: u32,
    /// Differences without a rule, in words.
    pub(crate) unexplained: Vec<String>,
}

impl Tally {
    /// Counts the verdict of one engine: 0 Wasmtime, 1 wasmi. Gives whether it is a difference without a rule.
    pub(crate) fn verdict(&mut self, engine: usize, verdict: Verdict) -> bool {
        match verdict {
            Verdict::Agrees => self.agreeing[engine] += 1,
            Verdict::Explained(rule) => self.explained.entry(rule).or_default()[engine] += 1,
            Verdict::Differs => return true,
        }
        false
    }

    pub(crate) fn refused_in_all(&self) -> u32 {
        self.refused.values().sum()
    }

    /// Adds the counts of `other`.
    pub(crate) fn add(&mut self, other: &Self) {
        self.files += other.files;
        self.seen_before += other.seen_before;
        self.modules += other.modules;
        self.sealed_as_they_are += other.sealed_as_they_are;
        self.sealed += other.sealed;
        self.needs_refused += other.needs_refused;
        self.actions += other.actions;
        self.on_refused += other.on_refused;
        self.on_shared += other.on_shared;
        self.compared += other.compared;
        self.memories += other.memories;
        self.invalid += other.invalid;
        self.malformed += other.malformed;
        self.valid_since += other.valid_since;
        self.text_only += other.text_only;
        self.custom += other.custom;
        self.wasmi_unsealed += other.wasmi_unsealed;
        for engine in 0..2 {
            self.agreeing[engine] += other.agreeing[engine];
            self.met[engine] += other.met[engine];
        }
        for (rule, counts) in &other.explained {
            let mine = self.explained.entry(*rule).or_default();
            *mine = [mine[0] + counts[0], mine[1] + counts[1]];
        }
        for (hazard, count) in &other.refused {
            *self.refused.entry(hazard).or_default() += count;
        }
        for (hazard, count) in &other.invalid_by_hazard {
            *self.invalid_by_hazard.entry(hazard).or_default() += count;
        }
        self.unexplained.extend(other.unexplained.iter().cloned());
    }
}

/// The report: a line for each directory, then the totals.
pub(crate) fn report(directories: &[(String, Tally)]) -> (String, Tally) {
    let mut total = Tally::default();
    let mut out = String::new();
    line(
        &mut out,
        "directory",
        &["files", "modules", "sealed", "refused", "actions", "compared", "wasmtime", "wasmi", "invalid"],
    );
    for (name, tally) in directories {
        counts(&mut out, name, tally);
        total.add(tally);
    }
    counts(&mut out, "total", &total);
    refusals(&mut out, directories, &total);
    totals(&mut out, &total);
    (out, total)
}

fn counts(out: &mut String, name: &str, tally: &Tally) {
    let numbers = [
        tally.files,
        tally.modules,
        tally.sealed,
        tally.refused_in_all(),
        tally.actions,
        tally.compared,
        tally.agreeing[0],
        tally.agreeing[1],
        tally.invalid,
    ];
    line(out, name, &numbers.map(|number| number.to_string()).each_ref().map(String::as_str));
}

/// By directory, the modules refused by each hazard.
fn refusals(out: &mut String, directories: &[(String, Tally)], total: &Tally) {
    let named = directories.iter().map(|(name, tally)| (name.as_str(), tally)).chain([("total", total)]);
    out.push_str("\nrefused modules, by the first hazard in each\n");
    for (name, tally) in named.filter(|(_, tally)| tally.refused_in_all() > 0) {
        let hazards: Vec<_> = tally.refused.iter().map(|(hazard, count)| format!("{hazard} {count}")).collect();
        writeln!(out, "{name:<38}{}", hazards.join(", ")).expect("a string takes it");
    }
    out.push('\n');
}

fn line(out: &mut String, name: &str, cells: &[&str]) {
    write!(out, "{name:<38}").expect("a string takes it");
    for cell in cells {
        write!(out, "{cell:>10}").expect("a string takes it");
    }
    out.push('\n');
}

fn totals(out: &mut String, total: &Tally) {
    let share = |part: u32, whole: u32| format!("{:.2} %", 100.0 * f64::from(part) / f64::from(whole.max(1)));
    let mut say = |text: String| writeln!(out, "{text}").expect("a string takes it");
    say(format!("files whose text is another's, left out: {}", total.seen_before));
    say(format!("modules sealed as they are: {} of {}", total.sealed_as_they_are, total.modules));
    say(format!(
        "modules sealed once furnished: {} ({}), of which {} import from a refused one",
        total.sealed,
        share(total.sealed, total.modules),
        total.needs_refused
    ));
    say(format!(
        "actions on refused modules: {}; on what refused modules share: {}",
        total.on_refused, total.on_shared
    ));
    for (engine, name) in ["wasmtime", "wasmi"].into_iter().enumerate() {
        let explained: u32 = total.explained.values().map(|counts| counts[engine]).sum();
        let rules = Rule::ALL
            .map(|rule| format!("{} {}", rule.name(), total.explained.get(&rule).map_or(0, |counts| counts[engine])));
        say(format!(
            "sealed on {name}: {} of {} actions agree to the bit ({}), with the rules {} ({})",
            total.agreeing[engine],
            total.compared,
            share(total.agreeing[engine], total.compared),
            total.agreeing[engine] + explained,
            share(total.agreeing[engine] + explained, total.compared),
        ));
        say(format!("  by rule: {}; what the script itself expects: {}", rules.join(", "), total.met[engine]));
    }
    say(format!("memories compared with the unsealed module's: {}", total.memories));
    say(format!(
        "invalid or malformed modules: {}, refused as not valid {}, by a hazard {}, valid since 2.0 {}",
        total.invalid,
        total.malformed,
        total.invalid_by_hazard.values().sum::<u32>(),
        total.valid_since
    ));
    let hazards: Vec<_> = total.invalid_by_hazard.iter().map(|(hazard, count)| format!("{hazard} {count}")).collect();
    say(format!("  by hazard: {}", hazards.join(", ")));
    say(format!(
        "malformed text that never becomes a module: {}; assertions about custom sections: {}",
        total.text_only, total.custom
    ));
}
