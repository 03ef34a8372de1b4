using AdServer.Events;

namespace AdServer.Storage.Mongo;

/// <summary>Forgets devices in MongoDB, where a sparse index finds their events.</summary>
internal sealed class MongoDeviceStore(MongoRetry commands, MongoSpools spools, TimeProvider clock) : IDeviceStore
{
    public IErasure Erase(string deviceId) => new MongoErasure(commands, spools, clock, deviceId);
}
