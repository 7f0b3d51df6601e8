//! Upgrade and rollback while calls go on. A call keeps the pack that it began with; nobody waits for anybody.

use std::sync::{Arc, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use pack::{Pack, Verified};

use crate::compatible::{self, Compatibility};
use crate::error::UpgradeError;
use crate::health::Health;
use crate::host::Host;
use crate::loaded::{Loaded, PackName};
use crate::serving::Serving;

/// What a rollback goes back to: compiled as long as its grace period lasts, and as bytes for ever.
pub(crate) struct Before {
    pack: Arc<Pack<Verified>>,
    serving: Weak<Serving>,
}

/// An upgrade that went well.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Upgraded {
    /// The pack that was active.
    pub from: Arc<PackName>,
    /// The pack that is.
    pub to: Arc<PackName>,
    /// The health check before the swap.
    pub before: Health,
    /// The health check after it.
    pub after: Health,
    /// How long compiling and looking into all kernels took.
    pub compiled_in: Duration,
}

/// A rollback by hand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Returned {
    /// The pack that was active, and how many calls it had served.
    pub from: Arc<PackName>,
    /// Its calls.
    pub served: u64,
    /// The pack that is.
    pub to: Arc<PackName>,
    /// Whether it had to be compiled again.
    pub compiled_again: bool,
}

impl Host {
    /// Puts a pack into service: compares its interfaces with those of the active one, compiles it, runs its golden vectors,
    /// swaps, and runs them again on the serving path. If that fails, the host goes back to the pack before by itself.
    ///
    /// # Errors
    /// Why the active pack is still the one it was.
    pub fn upgrade(&self, pack: Pack<Verified>, compatibility: Compatibility) -> Result<Upgraded, UpgradeError> {
        let mut before = self.swapping();
        let old = self.active.load_full();
        let result = self.put_into_service(Arc::new(pack), compatibility, &old);
        match &result {
            Ok(upgraded) => {
                log::info!("{} has replaced {}", upgraded.to, upgraded.from);
                *before = Some(Before { pack: Arc::clone(old.loaded().pack()), serving: Arc::downgrade(&old) });
                self.janitor.retire(old, self.options.grace);
            }
            Err(error) => log::error!("upgrade refused: {error}; {} stays active", old.loaded().name()),
        }
        result
    }

    /// Goes back to the pack that was active before the last upgrade.
    ///
    /// # Errors
    /// [`UpgradeError::NothingBefore`] if there was none; the others only if it had to be compiled again.
    pub fn rollback(&self) -> Result<Returned, UpgradeError> {
        let mut before = self.swapping();
        let Before { pack, serving } = before.take().ok_or(UpgradeError::NothingBefore)?;
        let kept = serving.upgrade();
        let compiled_again = kept.is_none();
        let target = match kept {
            Some(serving) => {
                self.janitor.recall(&serving);
                serving.loaded().reopen();
                serving
            }
            None => match self.prepare(Arc::clone(&pack)) {
                Ok((serving, _, _)) => serving,
                Err(error) => {
                    *before = Some(Before { pack, serving });
                    return Err(error);
                }
            },
        };
        let to = Arc::clone(target.loaded().name());
        let bad = self.active.swap(target);
        let (from, served) = (Arc::clone(bad.loaded().name()), bad.served());
        log::warn!("rolled back by hand: {to} has replaced {from}, which had served {served} calls");
        bad.roll_back(false);
        self.janitor.retire(bad, self.options.grace);
        Ok(Returned { from, served, to, compiled_again })
    }

    fn put_into_service(
        &self,
        pack: Arc<Pack<Verified>>,
        compatibility: Compatibility,
        old: &Arc<Serving>,
    ) -> Result<Upgraded, UpgradeError> {
        let refused = |error| {
            self.metrics.upgrade_refused();
            error
        };
        match compatibility {
            Compatibility::Required => {
                compatible::check(old.loaded().pack().manifest(), pack.manifest()).map_err(refused)?;
            }
            Compatibility::Waived => {}
        }
        let (new, before, compiled_in) = self.prepare(pack).map_err(refused)?;
        self.active.store(Arc::clone(&new));
        self.metrics.swapped();
        match new.check_health() {
            Ok(after) => Ok(Upgraded {
                from: Arc::clone(old.loaded().name()),
                to: Arc::clone(new.loaded().name()),
                before,
                after,
                compiled_in,
            }),
            Err(failure) => {
                self.active.store(Arc::clone(old));
                let served = new.served();
                new.roll_back(true);
                self.janitor.retire(new, self.options.grace);
                Err(UpgradeError::RolledBack { failure, served })
            }
        }
    }

    /// A pack ready to serve, its health check, and how long compiling took.
    fn prepare(&self, pack: Arc<Pack<Verified>>) -> Result<(Arc<Serving>, Health, Duration), UpgradeError> {
        let began = Instant::now();
        let loaded = Loaded::compile_counted(pack, &*self.engine, self.class, self.metrics.instances())?;
        let compiled_in = began.elapsed();
        let health = loaded.check_health().map_err(UpgradeError::Unhealthy)?;
        Ok((Arc::new(Serving::new(loaded, &self.metrics, self.options.bypass)), health, compiled_in))
    }

    fn swapping(&self) -> MutexGuard<'_, Option<Before>> {
        self.before.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
