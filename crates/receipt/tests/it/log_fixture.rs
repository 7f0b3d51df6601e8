//! A log over a chain of receipts, some of them unsigned.

use receipt::log::merkle::{inclusion_proof, root};
use receipt::log::{Checkpoint, CoseReceipt, SignedHead, TlogProof, Transparent, checkpoint};
use receipt::{KeyMode, Receipt, SigningKey};

use crate::fixture::{self, Instance, Signs};
use crate::log_merkle::Store;

/// Fifteen entries, and their tree.
pub(crate) struct Log {
    pub(crate) instance: Instance,
    pub(crate) origin: String,
    pub(crate) entries: Vec<Vec<u8>>,
    pub(crate) store: Store,
}

pub(crate) fn log() -> Log {
    let instance = fixture::instance(Signs::Guest, KeyMode::RootSecret);
    let entries: Vec<_> = fixture::chain(&instance, 15)
        .into_iter()
        .enumerate()
        .map(|(index, receipt)| match index % 4 {
            1 => Receipt::unsigned(receipt.body().clone(), receipt.witness().copied()).expect("well formed").to_bytes(),
            _ => receipt.to_bytes(),
        })
        .collect();
    let store = Store::of(&entries);
    let origin = checkpoint::origin(&instance.genesis.statement().instance);
    Log { instance, origin, entries, store }
}

/// A key of somebody who has nothing to do with the log.
pub(crate) fn stranger() -> SigningKey {
    SigningKey::from_seed(&[77; 32])
}

impl Log {
    pub(crate) fn checkpoint(&self, size: u64) -> Checkpoint {
        let Ok(root) = root(&self.store, size);
        Checkpoint { origin: self.origin.clone(), size, root }
    }

    pub(crate) fn head(&self, size: u64) -> SignedHead {
        SignedHead::sign(self.checkpoint(size), &self.instance.log).expect("a good checkpoint")
    }

    pub(crate) fn proof(&self, index: u64, size: u64) -> TlogProof {
        let Ok(path) = inclusion_proof(&self.store, index, size);
        let entry = &self.entries[index as usize];
        let head = self.head(size);
        TlogProof::new(self.instance.genesis.clone(), entry, index, path, head.note()).expect("a good proof")
    }

    pub(crate) fn cose(&self, index: u64, size: u64) -> CoseReceipt {
        let Ok(path) = inclusion_proof(&self.store, index, size);
        let signature = *self.head(size).cose_signature();
        CoseReceipt { key_id: self.instance.log.public().id(), size, index, path, signature }
    }

    pub(crate) fn transparent(&self, index: u64, size: u64) -> Transparent {
        let entry = &self.entries[index as usize];
        Transparent::new(entry, self.cose(index, size), self.instance.genesis.clone()).expect("a signed receipt")
    }
}
