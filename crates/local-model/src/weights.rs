//! Owns the checks before any weights are loaded: the processor can run them, the file is there,
//! and it is the one that was asked for. Never loads anything. Read next: `model.rs`.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

/// llama.cpp is compiled for these; without them it would die of an illegal instruction.
#[cfg(target_arch = "x86_64")]
pub fn processor_lacks() -> Option<&'static str> {
    [
        (is_x86_feature_detected!("avx2"), "AVX2"),
        (is_x86_feature_detected!("fma"), "FMA"),
        (is_x86_feature_detected!("f16c"), "F16C"),
        (is_x86_feature_detected!("bmi2"), "BMI2"),
    ]
    .into_iter()
    .find_map(|(present, name)| (!present).then_some(name))
}

#[cfg(not(target_arch = "x86_64"))]
pub fn processor_lacks() -> Option<&'static str> {
    None
}

/// SHA-256 of a file as lower-case hexadecimal digits.
pub fn sha256(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0_u8; 1 << 20];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
    }
    Ok(hex(&hasher.finalize()))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_a_file() {
        let path = std::env::temp_dir().join(format!("ampere-weights-{}", std::process::id()));
        std::fs::write(&path, b"abc").unwrap();
        let found = sha256(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(found, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(sha256(&path).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
