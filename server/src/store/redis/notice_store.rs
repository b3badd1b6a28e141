//! Published notices in Redis.

use super::data::cache;
use super::data::key_names::{self, NOTICES, Tag};
use super::scripts::ADD;
use super::store::RedisStore;
use crate::store::error::unreadable;
use crate::store::{NoticeStore, Publication, StoreError};
use constat_shared::{Hash, Notice, PublishedNotice, SiteId, Timestamp, canonical};
use redis::Cmd;

impl NoticeStore for RedisStore {
    fn publish(&self, notice: &PublishedNotice, at: Timestamp) -> Result<(), StoreError> {
        let (site, hash) = (&notice.site, notice.notice_hash());
        let call = &self.link.call();
        let shards = self.cache.shards(call, site)?;
        self.ensure_shards(call, site, shards)?;
        // The notice is stored before it is listed, so that every listed one is complete; the first date stays.
        let (key, json) = (key_names::notice(&hash), canonical::to_vec(&**notice));
        if !call.ask::<bool>(&Cmd::exists(&key))? {
            let mut cmd = redis::cmd("HSET");
            cmd.arg(&key)
                .arg("json")
                .arg(json)
                .arg("terms_hash")
                .arg(notice.terms_hash().as_bytes().as_slice());
            call.change(cmd.arg("published_at").arg(at.to_string()))?;
        }
        let add = ADD.on(NOTICES.as_bytes()).arg(hash.to_string()).arg(format!("{hash} {site}"));
        call.run::<u64>(&add)?;
        let number = self.cache.by_hash(call, &hash)?.number;
        // In the slots of its records, so that the script that appends can check it.
        for tag in Tag::all(site, shards) {
            let mut cmd = redis::cmd("HSET");
            call.change(cmd.arg(tag.notices()).arg(number).arg(hash.as_bytes().as_slice()))?;
        }
        Ok(())
    }

    fn notice(&self, hash: &Hash) -> Result<Option<Notice>, StoreError> {
        let json: Option<Vec<u8>> = self.link.call().ask(&Cmd::hget(key_names::notice(hash), "json"))?;
        json.map(|json| serde_json::from_slice(&json)).transpose().map_err(unreadable)
    }

    fn published_at(&self, notice_hash: &Hash) -> Result<Option<Timestamp>, StoreError> {
        let field = Cmd::hget(key_names::notice(notice_hash), "published_at");
        let at: Option<String> = self.link.call().ask(&field)?;
        at.map(|at| Timestamp::parse(&at)).transpose().map_err(unreadable)
    }

    fn publications(&self, site: &SiteId) -> Result<Vec<Publication>, StoreError> {
        let call = self.link.call();
        let of_site = self.notices()?.into_iter().filter(|(of, _)| of == site);
        let read = of_site.map(|(_, notice_hash)| {
            let mut fields = redis::cmd("HMGET");
            fields.arg(key_names::notice(&notice_hash)).arg("terms_hash").arg("published_at");
            let (terms_hash, at): (Option<[u8; 32]>, Option<String>) = call.ask(&fields)?;
            let missing = || unreadable(format!("the notice {notice_hash} is missing"));
            let (terms_hash, at) = terms_hash.zip(at).ok_or_else(missing)?;
            let at = Timestamp::parse(&at).map_err(unreadable)?;
            Ok(Publication { notice_hash, terms_hash: Hash::from_bytes(terms_hash), at })
        });
        read.collect()
    }

    fn notices(&self) -> Result<Vec<(SiteId, Hash)>, StoreError> {
        let lines: Vec<String> = self.link.call().ask(&Cmd::lrange(NOTICES, 0, -1))?;
        lines.iter().map(|line| cache::read_line(line)).collect()
    }
}
