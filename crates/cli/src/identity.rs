//! Whose chain it is: the keys of an instance, derived from the root secret, and the genesis statement over them.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use codec::Digest;
use receipt::post_quantum::PostQuantumSigningKey;
use receipt::{
    Genesis, GenesisStatement, InstanceId, InstanceName, KeyMode, KeyRole, Parent, PublicKey, RootSecret, SigningKey,
    Tip,
};
use runtime::Secrets;
use verify::Pin;

use crate::exit::{Exit, Failure, OrExit};
use crate::heads::HeadFile;
use crate::keys::{self, KeyFolder};

/// All keys of one instance: they come from one root secret.
pub(crate) struct Keyring {
    root: RootSecret,
    name: InstanceName,
    key_mode: KeyMode,
    /// Where the root secret lies; nowhere, if it was derived from the configuration.
    folder: Option<KeyFolder>,
}

/// What a genesis statement says beside the keys.
pub(crate) struct Opening {
    pub(crate) module_name: String,
    pub(crate) cost_table: Digest,
    pub(crate) guest_signs: bool,
    pub(crate) signing_interval: std::num::NonZeroU32,
    pub(crate) post_quantum: bool,
    pub(crate) parent: Option<Parent>,
}

impl Keyring {
    /// Keys for a new instance. The root secret is made now if this is the first run.
    pub(crate) fn new_instance(
        keys: Option<&Path>,
        insecure: bool,
        module: Digest,
        configuration: Digest,
    ) -> Result<Self, Failure> {
        if insecure {
            log::warn!("INSECURE keys: anybody who has the configuration can forge these receipts");
            let root = RootSecret::insecure_from_configuration(&configuration);
            // Test vectors must come out the same each time.
            let name = InstanceName { module, configuration, instance: InstanceId([0; 16]) };
            return Ok(Self { root, name, key_mode: KeyMode::InsecureFromConfiguration, folder: None });
        }
        let folder = KeyFolder::at(keys.map_or_else(keys::default_folder, |path| Ok(path.to_owned()))?);
        let root = match folder.read()? {
            Some(root) => root,
            None => {
                folder.create()?;
                log::warn!("made a root secret: {}", folder.secret_path().display());
                folder
                    .read()?
                    .ok_or_else(|| anyhow!("the root secret that was just made is gone"))
                    .or_exit(Exit::World)?
            }
        };
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|error| anyhow!("no randomness to be had: {error}")).or_exit(Exit::World)?;
        let name = InstanceName { module, configuration, instance: InstanceId(id) };
        Ok(Self { root, name, key_mode: KeyMode::RootSecret, folder: Some(folder) })
    }

    /// The keys of the instance that `genesis` opens, which the root secret must give again.
    pub(crate) fn of(genesis: &Genesis, keys: Option<&Path>) -> Result<Self, Failure> {
        let statement = genesis.statement();
        let name = InstanceName {
            module: statement.module,
            configuration: statement.configuration,
            instance: statement.instance,
        };
        let (root, folder) = match statement.key_mode {
            KeyMode::InsecureFromConfiguration => {
                log::warn!("INSECURE keys: anybody who has the configuration can forge these receipts");
                (RootSecret::insecure_from_configuration(&statement.configuration), None)
            }
            KeyMode::RootSecret => {
                let folder = KeyFolder::at(keys.map_or_else(keys::default_folder, |path| Ok(path.to_owned()))?);
                let advice = || format!("{}: no such file; --keys names its folder", folder.secret_path().display());
                let root = folder.read()?.ok_or_else(|| anyhow!(advice())).or_exit(Exit::World)?;
                (root, Some(folder))
            }
        };
        let keyring = Self { root, name, key_mode: statement.key_mode, folder };
        if keyring.runtime().public() != statement.runtime {
            let whose = keyring.folder.as_ref().map(|folder| folder.secret_path().display().to_string());
            let message = format!(
                "{}: this root secret is not the one that the instance {} was started with; --keys names the right folder",
                whose.unwrap_or_default(),
                statement.instance
            );
            return Err(Failure::message(Exit::Policy, message));
        }
        Ok(keyring)
    }

    /// The genesis statement of this instance, signed, and the ML-DSA key that it names, or nothing.
    pub(crate) fn open(&self, opening: Opening) -> Result<(Genesis, Vec<u8>), Failure> {
        let Opening { module_name, cost_table, guest_signs, signing_interval, post_quantum, parent } = opening;
        let second = post_quantum.then(|| self.runtime_post_quantum().public().clone());
        let statement = GenesisStatement {
            instance: self.name.instance,
            runtime: self.runtime().public(),
            witness: guest_signs.then(|| self.root.instance_key(KeyRole::Witness, &self.name).public()),
            module: self.name.module,
            configuration: self.name.configuration,
            cost_table,
            key_mode: self.key_mode,
            module_name,
            signing_interval,
            post_quantum: second.as_ref().map(receipt::PostQuantumKey::digest),
            log: self.log().public(),
            parent,
        };
        let operator = self.root.operator_key();
        let genesis = if post_quantum {
            let second = PostQuantumSigningKey::from_seed(&self.root.operator_post_quantum_seed());
            statement.sign_both(&operator, &second)
        } else {
            statement.sign(&operator)
        };
        Ok((genesis.or_exit(Exit::World)?, second.map(|key| key.as_bytes().to_vec()).unwrap_or_default()))
    }

    /// What a container that runs this chain is started with.
    pub(crate) fn secrets(&self, genesis: &Genesis) -> Secrets {
        let statement = genesis.statement();
        Secrets::Sign {
            runtime: self.runtime(),
            witness: statement.witness.map(|_| self.root.instance_key(KeyRole::Witness, &self.name)),
            post_quantum: statement.post_quantum.map(|_| self.runtime_post_quantum()),
        }
    }

    /// The signer's pin for this instance, locked; none for keys that anybody can derive.
    pub(crate) fn heads(&self) -> Result<Option<HeadFile>, Failure> {
        let lock = |folder: &KeyFolder| HeadFile::lock(folder.path(), self.name.instance);
        self.folder.as_ref().map(lock).transpose()
    }

    /// The pin of an instance that has signed no step yet.
    pub(crate) fn first_pin(&self, start: Tip) -> Pin {
        let root = receipt::log::merkle::empty_root();
        Pin { instance: self.name.instance, epoch: start.epoch, tip: start.digest, size: 0, root }
    }

    pub(crate) fn instance(&self) -> InstanceId {
        self.name.instance
    }

    pub(crate) fn operator(&self) -> PublicKey {
        self.root.operator_key().public()
    }

    /// Where the operator's public key lies.
    pub(crate) fn public_file(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(KeyFolder::public_path)
    }

    pub(crate) fn runtime(&self) -> SigningKey {
        self.root.instance_key(KeyRole::Runtime, &self.name)
    }

    pub(crate) fn log(&self) -> SigningKey {
        self.root.instance_key(KeyRole::Log, &self.name)
    }

    pub(crate) fn statement(&self) -> SigningKey {
        self.root.statement_key()
    }

    fn runtime_post_quantum(&self) -> PostQuantumSigningKey {
        PostQuantumSigningKey::from_seed(&self.root.runtime_post_quantum_seed(&self.name))
    }
}
