using AdServer.Common;

namespace AdServer.Events;

/// <summary>What forgetting a device needs of a database.</summary>
internal interface IDeviceStore
{
    /// <summary>Begins to take a device out of everything that is stored; whoever is interrupted may begin again.</summary>
    IErasure Erase(string deviceId);
}

/// <summary>
/// A device that is being forgotten: raw events and bucket entries lose its id and the user agent, and nothing else, so that raw equals rolled up
/// at every moment. An event is changed only once its roll was applied: until then somebody may hold it in memory, and would write the id again.
/// </summary>
internal interface IErasure
{
    /// <summary>Does, in bounded slices, what can be done now. To be called again while something waits.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot answer.</exception>
    Task<ErasureStep> StepAsync(CancellationToken cancellation);
}

/// <summary>What one call did, and what is left.</summary>
/// <param name="Events">Raw events that it made anonymous.</param>
/// <param name="BucketEntries">Bucket entries that it made anonymous.</param>
/// <param name="Waiting">Events of the device that were committed before the first call and wait for their roll-up.</param>
/// <param name="AreSpooled">Whether hosts are known to hold answered events that the store does not have.</param>
internal readonly record struct ErasureStep(long Events, long BucketEntries, long Waiting, bool AreSpooled);
