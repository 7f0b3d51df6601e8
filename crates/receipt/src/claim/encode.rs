//! A claim as bytes.

use codec::{Buffer, Encoder, Sink};

use super::{Claim, Cut, Decision, Evidence, GraphSize, Refused, Score, Signer, Work};

impl Claim {
    /// The version that this program writes and reads.
    pub const VERSION: u64 = 1;

    /// Writes the claim.
    pub fn encode<S: Sink>(&self, sink: &mut S) {
        let Self { epoch, previous, input, signer, decision, completed, work, graph, cut, score, evidence, refused } =
            self;
        let mut encoder = Encoder::new(sink);
        encoder.map(13).uint(1).uint(Self::VERSION);
        encoder.uint(2).uint(*epoch).uint(3).bytes(&previous.0).uint(4).bytes(&input.0);
        signer.encode(encoder.uint(5));
        decision.encode(encoder.uint(6));
        encoder.uint(7).uint(u64::from(completed.mask()));
        work.encode(encoder.uint(8));
        graph.encode(encoder.uint(9));
        Cut::encode(cut.as_ref(), encoder.uint(10));
        Score::encode(score.as_ref(), encoder.uint(11));
        evidence.encode(encoder.uint(12));
        refused.encode(encoder.uint(13));
    }

    /// Writes the claim at the start of `space` and says how long it is; `None` if it does not fit.
    /// [`crate::limits::CLAIM_LEN_MAX`] bytes are always enough.
    #[must_use]
    pub fn encode_into(&self, space: &mut [u8]) -> Option<usize> {
        let mut buffer = Buffer::new(space);
        self.encode(&mut buffer);
        buffer.finish()
    }
}

impl Signer {
    fn encode<S: Sink>(&self, encoder: &mut Encoder<'_, S>) {
        let Self { role, key } = self;
        encoder.array(2).uint(u64::from(*role as u8)).bytes(&key.0);
    }
}

impl Decision {
    fn encode<S: Sink>(self, encoder: &mut Encoder<'_, S>) {
        let (kind, severity) = match self {
            Self::Pass => (0, 0),
            Self::Fail { severity } => (1, severity),
            Self::Inconclusive => (2, 0),
        };
        encoder.array(2).uint(kind).uint(u64::from(severity));
    }
}

impl Work {
    fn encode<S: Sink>(&self, encoder: &mut Encoder<'_, S>) {
        let Self { total, ingest, cut, spectral, evidence, witness } = *self;
        encoder.array(6).uint(total).uint(ingest).uint(cut).uint(spectral).uint(evidence).uint(witness);
    }
}

impl GraphSize {
    fn encode<S: Sink>(&self, encoder: &mut Encoder<'_, S>) {
        let Self { vertices, edges, core_vertices, core_edges, version } = *self;
        encoder.array(5).uint(vertices).uint(edges).uint(core_vertices).uint(core_edges).uint(version);
    }
}

impl Cut {
    fn encode<S: Sink>(cut: Option<&Self>, encoder: &mut Encoder<'_, S>) {
        let Some(Self { epoch, value, components, small_side, family, hash }) = cut else {
            encoder.null();
            return;
        };
        encoder.array(6).uint(*epoch).uint(*value).uint(u64::from(*components)).uint(*small_side);
        encoder.uint(*family).bytes(&hash.0);
    }
}

impl Score {
    fn encode<S: Sink>(score: Option<&Self>, encoder: &mut Encoder<'_, S>) {
        let Some(Self { epoch, score, lower, upper, neg_log2 }) = score else {
            encoder.null();
            return;
        };
        encoder.array(5).uint(*epoch).uint(*score).uint(*lower).uint(*upper).uint(u64::from(*neg_log2));
    }
}

impl Evidence {
    fn encode<S: Sink>(&self, encoder: &mut Encoder<'_, S>) {
        let Self {
            hash,
            statistic,
            fail_bits,
            fail_threshold,
            pass_bits,
            pass_threshold,
            episode,
            latched,
            observations,
        } = self;
        encoder.array(9).bytes(&hash.0);
        match statistic {
            Some(statistic) => encoder.uint(u64::from(*statistic)),
            None => encoder.null(),
        };
        for bits in [fail_bits, fail_threshold, pass_bits, pass_threshold] {
            encoder.int(i64::from(*bits));
        }
        encoder.uint(u64::from(*episode)).bool(*latched).uint(*observations);
    }
}

impl Refused {
    fn encode<S: Sink>(&self, encoder: &mut Encoder<'_, S>) {
        encoder.array(2).uint(self.count()).array(self.listed().len() as u64);
        for refused in self.listed() {
            encoder.array(2).uint(refused.delta).uint(u64::from(refused.code));
        }
    }
}
