//! Why bytes are not a receipt, a body or a genesis statement.

use codec::DecodeError;
use core::fmt;

/// The closed list of reasons. Each says which layer it is about; offsets count from the start of that layer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FormatError {
    /// Longer than the longest that this format can be.
    TooLong,
    /// The COSE_Sign1 envelope, or the array that an unsigned receipt is.
    Envelope(DecodeError),
    /// The body: the envelope's payload.
    Body(DecodeError),
    /// The claim: a byte string in the body.
    Claim(DecodeError),
    /// The claim does not have the digest that the frame names.
    ClaimDigest,
    /// A claim is there and the outcome says that there is none, or the other way round.
    ClaimPresence,
    /// Claim and frame have different epochs.
    ClaimEpoch,
    /// Claim and frame name different previous bodies.
    ClaimPrevious,
    /// Claim and frame name different inputs.
    ClaimInput,
    /// The outcome names other completed components than the claim.
    ClaimComponents,
    /// A witness signature is missing although the guest signs, or is there although it does not.
    WitnessSignature,
    /// A post-quantum signature is missing although the genesis statement names such a key, or is there although it must
    /// not be.
    PostQuantumSignature,
    /// The genesis statement: the envelope's payload.
    Genesis(DecodeError),
    /// A snapshot manifest, a divergence statement or an invocation: the envelope's payload.
    Statement(DecodeError),
    /// The state: a byte string in a snapshot manifest.
    State(DecodeError),
    /// The two bodies of a divergence statement are the same, of different steps, or differ elsewhere than it says.
    NoDivergence,
    /// A kernel's id is empty, too long or has control characters.
    KernelId,
    /// Mode, meter, outcome, implementation and outputs of an invocation cannot all be true.
    InvocationParts,
    /// An engine's name is too long or has control characters.
    EngineName,
    /// A key of the genesis statement is not a canonical point of large order.
    GenesisKey,
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => f.write_str("longer than the format can be"),
            Self::Envelope(error) => write!(f, "envelope: {error}"),
            Self::Body(error) => write!(f, "body: {error}"),
            Self::Claim(error) => write!(f, "claim: {error}"),
            Self::ClaimDigest => f.write_str("the claim does not have the digest that the frame names"),
            Self::ClaimPresence => f.write_str("the outcome and the presence of a claim contradict each other"),
            Self::ClaimEpoch => f.write_str("claim and frame have different epochs"),
            Self::ClaimPrevious => f.write_str("claim and frame name different previous bodies"),
            Self::ClaimInput => f.write_str("claim and frame name different inputs"),
            Self::ClaimComponents => f.write_str("claim and outcome name different completed components"),
            Self::WitnessSignature => f.write_str("the claim's role and the presence of a witness signature disagree"),
            Self::PostQuantumSignature => {
                f.write_str("the presence of a post-quantum signature is not what the statement's keys ask for")
            }
            Self::Genesis(error) => write!(f, "genesis statement: {error}"),
            Self::Statement(error) => write!(f, "statement: {error}"),
            Self::State(error) => write!(f, "state: {error}"),
            Self::NoDivergence => f.write_str("the two bodies do not differ as the statement says"),
            Self::KernelId => f.write_str("a kernel's id is empty, too long or has control characters"),
            Self::InvocationParts => {
                f.write_str("mode, meter, outcome, implementation and outputs of the invocation cannot all be true")
            }
            Self::EngineName => f.write_str("an engine's name is too long or has control characters"),
            Self::GenesisKey => f.write_str("a key of the genesis statement is not an acceptable Ed25519 public key"),
        }
    }
}

impl core::error::Error for FormatError {}
